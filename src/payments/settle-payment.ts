import type { DataSource } from 'typeorm';
import { paidJobs } from '../fulfilment/index.ts';
import { rupiahAmount } from '../kernel/amount.ts';
import type { Clock } from '../kernel/clock.ts';
import { isExcessPaidTwice, jobOfOrder, payableOf, type TopupOrder } from '../orders/index.ts';
import { withRetries } from '../platform/database/transaction.ts';
import { inOrderSpan, isTraced, setFacts } from '../platform/telemetry/spans.ts';
import { checkPaymentJob } from './jobs.ts';
import { factsOf } from './order-facts.ts';
import type { PaymentNotice } from './provider.ts';
import type { ReportOutcome } from './report-outcome.ts';
import { decideNotice, type NoticeContext } from './rules/decide-payment.ts';
import type { NoticeOutcome } from './rules/payment-outcomes.ts';
import type { PaymentEvent } from './store/payment-event.entity.ts';
import { enterEvent, enterEventOf } from './store/payment-events.ts';
import { creditByNotice, readSettlementFacts, type SettlementFacts } from './store/settlement.ts';
import { noticeEvent, noticePayment, timeException } from './store/settlement-rows.ts';

/** A notice, and the event id that dedupes it: the same for every repeat of one event. */
export interface PaymentReport {
  provider: string;
  /** The webhook, or the provider's list. */
  source: 'webhook' | 'poll';
  eventId: string;
  notice: PaymentNotice;
}

export interface Settlement {
  /** "duplicate" if the inbox already has this event. */
  outcome: NoticeOutcome | 'duplicate';
  order?: TopupOrder;
  /**
   * True if another order took the excess of this given-up order. It is credited all the same, and an alert informs an
   * operator.
   */
  excessPaidTwice?: boolean;
  /** Entered beside the notice, for an operator. */
  exceptions?: readonly PaymentEvent[];
}

/** An order moves only a few times in its life. A settlement that finds it changed more often fails, and is retried. */
const MAX_ATTEMPTS = 10;
const NO_ORDER: NoticeContext = { invoiceOfAnother: false, received: 0n, isTainted: false };

/**
 * Settles a notice of the provider. It reads the order and decides. Then one statement, and with it one transaction,
 * enters the event; if the notice says exactly what the order asks for, also its payment, the move, the credit and the
 * job, provided that the order is unchanged. After any other notice a job asks the provider (settle-received.ts). A crash
 * leaves all of it or nothing. A concurrent settlement waits for the row lock, finds the order changed, and decides again.
 * As a last defence the ledger's unique key refuses a second credit.
 */
export class SettlePayment {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly report: ReportOutcome,
  ) {}

  /** Throws if the event could not be stored, so that the sender repeats it. */
  async settle(report: PaymentReport): Promise<Settlement> {
    const reading = await readSettlementFacts(this.database, report);
    // A poll already runs in the order's trace.
    const traced = report.source === 'webhook' && isTraced() ? (reading.facts?.order ?? null) : null;
    return inOrderSpan('settle payment', traced, async (span) => {
      const settlement = await this.settleReading(report, reading);
      // fault point: settle, committed and not answered
      setFacts(span, { outcome: settlement.outcome });
      const { order, exceptions = [] } = settlement;
      this.report({ source: report.source, ...report.notice, ...settlement });
      for (const exception of exceptions) this.report({ ...exception, order });
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
    const notice = { ...report.notice, provider: report.provider };
    const outcome = decideNotice(order && factsOf(order), notice, facts?.context ?? NO_ORDER);
    // fault point: settle, read and decided
    const ownerNumber = facts?.ownerNumber ?? null;
    const event = noticeEvent(report, { orderId: order?.id ?? null, outcome, ownerNumber, at: this.clock.now() });
    if (facts === undefined || order === undefined) {
      return { outcome: (await enterEvent(this.database, event)) ? outcome : 'duplicate' };
    }
    if (outcome === 'settled') return this.credit(facts, event);
    const job = outcome === 'hint' ? jobOfOrder(checkPaymentJob, order) : undefined;
    return (await enterEventOf(this.database, order, event, job)) ? { outcome, order } : undefined;
  }

  private async credit(facts: SettlementFacts, event: PaymentEvent): Promise<Settlement | undefined> {
    const { order } = facts;
    const payment = noticePayment(order, event, rupiahAmount(payableOf(order)));
    const events = [event, ...timeException(order, payment, event.source, event.paidAt)];
    const excessPaidTwice = await isExcessPaidTwice(this.database, order);
    const cause = { at: event.receivedAt, cause: `payment: ${event.source}`, actor: null };
    const isCredited = await creditByNotice(this.database, facts, { events, payment }, cause, paidJobs(order, 1));
    if (!isCredited) return undefined;
    return { outcome: 'settled', order, excessPaidTwice, exceptions: events.slice(1) };
  }
}

type Reading = Awaited<ReturnType<typeof readSettlementFacts>>;
