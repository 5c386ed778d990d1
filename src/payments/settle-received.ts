import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { lockOrder, type TopupOrder } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Answer } from './answer.ts';
import { closeGivenBack } from './close-given-back.ts';
import { InvoiceTaken } from './invoice-taken.ts';
import { enqueueMail } from './mail-of-answer.ts';
import { moveByAnswer } from './moves-of-answer.ts';
import { factsOf } from './order-facts.ts';
import type { ReportOutcome } from './report-outcome.ts';
import { othersOf, resultsOf } from './results-of-answer.ts';
import { decideReceived } from './rules/decide-payment.ts';
import { newSteps, sumsOf } from './rules/received-sum.ts';
import { isInvoiceTaken } from './store/invoice-owners.ts';
import { enterPayments, moneyOf } from './store/order-payments.ts';
import { enterResults } from './store/payment-events.ts';
import { answeredPayment, timeException } from './store/settlement-rows.ts';

export interface Received {
  order: TopupOrder;
  /** True if anything was ever received for the order. */
  isAny: boolean;
}

/**
 * Settles the provider's answer about an order: enters what it shows as new, sums over all invoices, and decides. One
 * transaction under the order's row lock, so that answers and notices that overlap enter each payment once; a crash leaves
 * all of it or nothing, and the next check starts again. An older answer that arrives late adds nothing.
 */
export class SettleReceived {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly report: ReportOutcome,
  ) {}

  /** Throws InvoiceTaken. */
  async settle(orderId: string, answer: Answer): Promise<Received> {
    const settled = await inTransaction(this.database, (tx) => this.settleIn(tx, orderId, answer));
    // fault point: review, committed and not answered
    const { order, events, excessPaidTwice } = settled;
    for (const event of events) {
      this.report({ ...event, order, excessPaidTwice: excessPaidTwice && event.outcome === 'settled' });
    }
    return { order, isAny: settled.isAny };
  }

  /**
   * Settles in the caller's transaction, such as one that is rolled back to show what would come of it. Reports nothing. Throws
   * InvoiceTaken.
   */
  async settleIn(tx: EntityManager, orderId: string, answer: Answer) {
    const order = await lockOrder(tx, { id: orderId });
    if (order === undefined) throw new Error(`there is no order ${orderId}`);
    return this.settleLocked(tx, order, answer).catch((error) => {
      throw isInvoiceTaken(error) ? new InvoiceTaken(answer.provider) : error;
    });
  }

  private async settleLocked(tx: EntityManager, order: TopupOrder, answer: Answer) {
    const at = this.clock.now();
    const { payments, inbox } = await moneyOf(tx, order.id);
    const steps = newSteps(payments, answer.provider, answer.invoices);
    const rows = steps.map((step) => answeredPayment(order, step, at));
    const sums = sumsOf([...payments, ...steps], answer.invoices, inbox.hasForeign);
    const decision = decideReceived(factsOf(order), sums, {
      ...inbox,
      before: sumsOf(payments, [], false),
      foreignRose: steps.some(({ amount }) => amount === null),
    });
    const settling = { ...answer, order, sums, rows, payments: [...payments, ...rows], at };
    const times = rows.flatMap((row, index) =>
      timeException(order, row, answer.source, (row.kind === 'PAYMENT' && steps[index]?.invoice.paidAt) || null),
    );
    await enterPayments(tx, rows);
    // fault point: review, payments entered and order not moved
    const { excessPaidTwice, isOtherReason } = await moveByAnswer(tx, settling, decision);
    await enqueueMail(tx, order, { isMoved: decision.walk.length > 0, isOtherReason, rows, all: settling.payments });
    const events = [...resultsOf(settling, decision), ...times, ...othersOf(settling, inbox)];
    await enterResults(tx, events);
    const explained = events.filter(({ outcome }) => outcome === 'refunded').map(({ id }) => id);
    const wentBack = rows.some(({ kind }) => kind === 'REFUND');
    const closed = new Set(wentBack ? await closeGivenBack(tx, order, at, explained) : []);
    // fault point: review, moved and not committed
    // An exception that is closed at once concerns nobody.
    const open = events.filter(({ id }) => !closed.has(id));
    return { order, events: open, excessPaidTwice, isAny: sums.paid > 0n || sums.hasForeign };
  }
}
