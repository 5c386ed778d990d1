import type { DataSource } from 'typeorm';
import { mailJob, paidPiJob } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { isExcessPaidTwice, type TopupOrder } from '../orders/index.ts';
import { retried } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { inOrderSpan, isTraced, setFacts } from '../platform/telemetry/spans.ts';
import type { PaymentNotice } from './provider.ts';
import { decidePayment, PAYMENT_EXCEPTIONS, type PaymentOutcome } from './rules/decide-payment.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';
import { enterEvent, enterEventOf } from './store/payment-events.ts';
import { creditByEvent, readSettlementFacts, reviewByEvent, type SettlementFacts } from './store/settlement.ts';

/** A notice, who brought it, and the id under which it is entered once: the same for every repeat of one event. */
export interface PaymentReport {
  provider: string;
  source: PaymentSource;
  eventId: string;
  notice: PaymentNotice;
}

export interface Settlement {
  /** "duplicate": this very event is in the inbox already. */
  outcome: PaymentOutcome | 'duplicate';
  order?: TopupOrder;
  /** The order had been given up, and another order took its excess: credited all the same, and an operator is told. */
  excessPaidTwice?: boolean;
}

/** Others move an order a few times in its life: a settlement that finds it changed more often fails, and comes again. */
const MAX_READINGS = 10;

/**
 * The one way in which a payment becomes quota: webhook, poll and check all come here. The order is read and decided on; then
 * one statement, and with it one transaction, enters the event, moves the order, credits its lines and enqueues the job, if the
 * order is still what was read. So a crash leaves all or nothing of it. Of two at once the second waits for the first one's row
 * lock, finds the order changed, and decides anew; and the ledger's unique key would refuse a second credit even if all this
 * were wrong.
 */
export class SettlePayment {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly onOutcome: (source: PaymentSource, outcome: Settlement['outcome'] | 'excess_paid_twice') => void,
  ) {}

  /** Throws where the event could not be stored: then it must come again. */
  async settle(report: PaymentReport): Promise<Settlement> {
    const read = await readSettlementFacts(this.database, report);
    // A poll or a check is in the order's trace already.
    const traced = report.source === 'webhook' && isTraced() ? (read.facts?.order ?? null) : null;
    return inOrderSpan('settle payment', traced, async (span) => {
      const settlement = await this.settleRead(report, read);
      // fault point: settle, committed and not answered
      setFacts(span, { outcome: settlement.outcome });
      this.tell(report, settlement);
      return settlement;
    });
  }

  private async settleRead(report: PaymentReport, first: Read): Promise<Settlement> {
    let read = first;
    for (let reading = 1; reading <= MAX_READINGS; reading++) {
      const settlement = await retried(() => this.settleOnce(report, read));
      if (settlement !== undefined) return settlement;
      read = await readSettlementFacts(this.database, report);
    }
    throw new Error(`order ${report.notice.orderNumber} was changed by others each time that it was to be settled`);
  }

  /** undefined: the order has changed since it was read. */
  private async settleOnce(report: PaymentReport, { facts, isDuplicate }: Read): Promise<Settlement | undefined> {
    const order = facts?.order;
    if (isDuplicate) return { outcome: 'duplicate', order };
    const { notice, ...origin } = report;
    const outcome = decidePayment(facts && orderFacts(facts), notice, facts?.settled ?? []);
    // fault point: settle, read and decided
    const at = this.clock.now();
    const event = { ...notice, ...origin, id: newId(), orderId: order?.id ?? null, outcome, receivedAt: at };
    if (facts === undefined || order === undefined) {
      return { outcome: (await enterEvent(this.database, event)) ? outcome : 'duplicate' };
    }
    const cause = { at, cause: `payment: ${report.source}`, actor: null };
    if (outcome === 'settled') {
      const excessPaidTwice = await isExcessPaidTwice(this.database, order);
      const isCredited = await creditByEvent(this.database, facts, event, cause, paidPiJob(order));
      return isCredited ? { outcome, order, excessPaidTwice } : undefined;
    }
    if (outcome === 'review') {
      const mail = mailJob('payment_under_review', order);
      const isMoved = await reviewByEvent(this.database, facts, event, cause, mail);
      // fault point: review, committed and not answered
      return isMoved ? { outcome, order } : undefined;
    }
    return (await enterEventOf(this.database, order, event)) ? { outcome, order } : undefined;
  }

  private tell({ source, notice }: PaymentReport, { outcome, order, excessPaidTwice }: Settlement): void {
    this.onOutcome(source, outcome);
    const line = {
      event: 'payment_event',
      source,
      type: notice.type,
      outcome,
      order: order?.number ?? notice.orderNumber,
      invoice: notice.invoiceId,
      correlationId: order?.correlationId,
    };
    const isException = outcome !== 'duplicate' && PAYMENT_EXCEPTIONS.has(outcome);
    if (isException) this.log.error({ ...line, event: 'payment_exception' });
    else if (outcome === 'review') this.log.error({ ...line, event: 'payment_review' });
    else this.log.info(line);
    if (excessPaidTwice) {
      this.onOutcome(source, 'excess_paid_twice');
      this.log.error({ ...line, event: 'payment_exception', outcome: 'excess_paid_twice' });
    }
  }
}

type Read = Awaited<ReturnType<typeof readSettlementFacts>>;

function orderFacts({ order, invoiceOfAnother }: SettlementFacts) {
  const { status, total, paymentInvoiceId: invoiceId, confirmedAt } = order;
  return { status, total, invoiceId, confirmed: confirmedAt !== null, invoiceOfAnother };
}
