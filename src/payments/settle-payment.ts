import type { DataSource } from 'typeorm';
import { mailJob, paidJobs } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { isExcessPaidTwice, type TopupOrder } from '../orders/index.ts';
import { withRetries } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { inOrderSpan, isTraced, setFacts } from '../platform/telemetry/spans.ts';
import type { PaymentNotice } from './provider.ts';
import { decidePayment, PAYMENT_EXCEPTIONS, type PaymentOutcome } from './rules/decide-payment.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';
import { enterEvent, enterEventOf } from './store/payment-events.ts';
import { creditByEvent, readSettlementFacts, reviewByEvent, type SettlementFacts } from './store/settlement.ts';

/** A notice, its source, and the event id that dedupes it: the same for every repeat of one event. */
export interface PaymentReport {
  provider: string;
  source: PaymentSource;
  eventId: string;
  notice: PaymentNotice;
}

export interface Settlement {
  /** "duplicate" if the inbox already has this event. */
  outcome: PaymentOutcome | 'duplicate';
  order?: TopupOrder;
  /**
   * True if another order took the excess of this given-up order. It is credited all the same, and an alert informs an
   * operator.
   */
  excessPaidTwice?: boolean;
}

/** An order moves only a few times in its life. A settlement that finds it changed more often fails, and is retried. */
const MAX_ATTEMPTS = 10;

/**
 * The only way in which a payment becomes quota: webhook, poll and check all call it. It reads the order and decides.
 * Then one statement, and with it one transaction, enters the event, moves the order, credits its lines and enqueues
 * the job, provided that the order is unchanged. A crash leaves all of it or nothing. A concurrent settlement waits for
 * the row lock, finds the order changed, and decides again. As a last defence the ledger's unique key refuses a second
 * credit.
 */
export class SettlePayment {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly onOutcome: (source: PaymentSource, outcome: Settlement['outcome'] | 'excess_paid_twice') => void,
  ) {}

  /** Throws if the event could not be stored, so that the sender repeats it. */
  async settle(report: PaymentReport): Promise<Settlement> {
    const reading = await readSettlementFacts(this.database, report);
    // A poll or a check already runs in the order's trace.
    const traced = report.source === 'webhook' && isTraced() ? (reading.facts?.order ?? null) : null;
    return inOrderSpan('settle payment', traced, async (span) => {
      const settlement = await this.settleReading(report, reading);
      // fault point: settle, committed and not answered
      setFacts(span, { outcome: settlement.outcome });
      this.logOutcome(report, settlement);
      return settlement;
    });
  }

  private async settleReading(report: PaymentReport, first: Reading): Promise<Settlement> {
    let reading = first;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const settlement = await withRetries(() => this.settleOnce(report, reading));
      if (settlement !== undefined) return settlement;
      reading = await readSettlementFacts(this.database, report);
    }
    throw new Error(`order ${report.notice.orderNumber} changed during each of ${MAX_ATTEMPTS} attempts to settle it`);
  }

  /** Returns undefined if the order has changed since it was read. */
  private async settleOnce(report: PaymentReport, { facts, isDuplicate }: Reading): Promise<Settlement | undefined> {
    const order = facts?.order;
    if (isDuplicate) return { outcome: 'duplicate', order };
    const { notice, ...origin } = report;
    const outcome = decidePayment(
      facts && orderFacts(facts),
      { ...notice, provider: report.provider },
      facts?.settled ?? [],
    );
    // fault point: settle, read and decided
    const at = this.clock.now();
    const event = { ...notice, ...origin, id: newId(), orderId: order?.id ?? null, outcome, receivedAt: at };
    if (facts === undefined || order === undefined) {
      return { outcome: (await enterEvent(this.database, event)) ? outcome : 'duplicate' };
    }
    const cause = { at, cause: `payment: ${report.source}`, actor: null };
    if (outcome === 'settled') {
      const excessPaidTwice = await isExcessPaidTwice(this.database, order);
      const isCredited = await creditByEvent(this.database, facts, event, cause, paidJobs(order));
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

  private logOutcome({ source, notice }: PaymentReport, { outcome, order, excessPaidTwice }: Settlement): void {
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

type Reading = Awaited<ReturnType<typeof readSettlementFacts>>;

function orderFacts({ order, invoiceOfAnother }: SettlementFacts) {
  const { status, total, paymentProvider: provider, paymentInvoiceId: invoiceId, confirmedAt } = order;
  return { status, total, provider, invoiceId, confirmed: confirmedAt !== null, invoiceOfAnother };
}
