import type { DataSource } from 'typeorm';
import { mailJob } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { AWAITS_SETTLEMENT, lockOrder, moveOrder, setReviewReason } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import type { ReportOutcome } from './report-outcome.ts';
import { countUnreadable } from './store/lookup-failures.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';
import { enterResults } from './store/payment-events.ts';
import { resultEvent } from './store/settlement-rows.ts';

type Source = Exclude<PaymentSource, 'webhook'>;

/** Answers in a row that cannot be read, after which a person must look at the order. */
const MOST_UNREADABLE = 10;

/**
 * Puts an order under review about which the provider's answers tell nothing, although money may have come in: ten in a row cannot be
 * read, or its invoice is lost after a notice of a payment. It is still polled, and a readable answer settles it.
 */
export class ReviewUnreadable {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly report: ReportOutcome,
  ) {}

  async count(source: Source, orderId: string): Promise<void> {
    if ((await countUnreadable(this.database, orderId, this.clock.now())) < MOST_UNREADABLE) return;
    await this.review(source, orderId, {
      cause: "the provider's answers are unreadable",
      detail: `${MOST_UNREADABLE} answers of the provider in a row could not be read: look at the invoice there.`,
    });
  }

  /** Moves nothing if the order awaits no payment. */
  async review(source: Source, orderId: string, { cause, detail }: { cause: string; detail: string }): Promise<void> {
    const at = this.clock.now();
    const reviewed = await inTransaction(this.database, async (tx) => {
      const order = await lockOrder(tx, { id: orderId });
      if (order === undefined || order.confirmedAt === null || !AWAITS_SETTLEMENT.has(order.status)) return undefined;
      await moveOrder(tx, order, 'PAYMENT_REVIEW', { at, cause: `payment: ${source}, ${cause}`, actor: null });
      await setReviewReason(tx, order, 'UNREADABLE');
      const invoiceId = order.paymentInvoiceId ?? '';
      const { paymentProvider: provider } = order;
      const event = resultEvent(order, { provider, source, invoiceId, outcome: 'review', amount: null, detail, at });
      await enterResults(tx, [event]);
      await enqueueJob(tx, mailJob('payment_under_review', order, { changes: 0 }));
      return { event, order };
    });
    if (reviewed !== undefined) this.report({ ...reviewed.event, order: reviewed.order });
  }
}
