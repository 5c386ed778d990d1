import pLimit from 'p-limit';
import type { DataSource } from 'typeorm';
import { isUpstreamError, UpstreamError } from '../clients/upstream-error.ts';
import { mailJob, remindIfDue } from '../fulfilment/index.ts';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import {
  draftsToExpire,
  END_CAUSES,
  lockOrder,
  moveOrder,
  ordersToPoll,
  ordersToPollLate,
  reviewsToPoll,
  type TopupOrder,
  UNDER_REVIEW,
  withdrawLink,
} from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import { inOrderSpan, markFailed, type Span, setFacts } from '../platform/telemetry/spans.ts';
import type { CheckPayment } from './check-payment.ts';
import { closeOvertakenExceptions } from './close-overtaken.ts';
import { voidInvoices } from './order-invoices.ts';
import { REVIEW_SECONDS, reportOverdueReviews } from './overdue-reviews.ts';
import type { PaymentProvider } from './provider.ts';
import type { ReportOutcome } from './report-outcome.ts';
import { enterMissingPayments } from './store/order-payments.ts';

/** The most orders in one run. Later runs work off the rest of a backlog. */
const BATCH = 200;
const AT_ONCE = 8;
const LATE_PAYMENT_SECONDS = 86_400;
const LATE_CHECK_SECONDS = 600;

/**
 * Applies deadlines. Expires drafts whose quote is over. Polls the provider about pending orders, which settles
 * payments whose webhook never came and gets missing invoices. Expires an unpaid order after its deadline, once the
 * provider reports it unpaid and its invoice is void. Closes exceptions that were overtaken. Every step commits alone: a crash leaves the rest to the next
 * run.
 */
export class Reconcile {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly payments: CheckPayment,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly report: ReportOutcome,
  ) {}

  /** When `stopping` is aborted, finishes the orders in flight and leaves the others to the next run. */
  async run(stopping?: AbortSignal): Promise<void> {
    const logFailure = (error: Error) => this.log.error({ event: 'reconcile_failed', reason: reasonOf(error) });
    await this.expireDrafts(stopping).catch(logFailure);
    await closeOvertakenExceptions(this.database, this.clock).catch(logFailure);
    await enterMissingPayments(this.database, addSeconds(this.clock.now(), -3600)).catch(logFailure);
    await reportOverdueReviews(this.database, this.clock, this.report).catch(logFailure);
    const now = this.clock.now();
    // A given-up order may still be paid, and its webhook lost: polls it now and then, for a day after its deadline.
    const late = { since: addSeconds(now, -LATE_PAYMENT_SECONDS), polledBefore: addSeconds(now, -LATE_CHECK_SECONDS) };
    const pending = await ordersToPoll(this.database, BATCH);
    const reviewed = { ...late, since: addSeconds(now, -REVIEW_SECONDS) };
    const orders = [
      ...pending,
      ...(await ordersToPollLate(this.database, late, BATCH)),
      ...(await reviewsToPoll(this.database, reviewed, BATCH)),
    ];
    const limit = pLimit(AT_ONCE);
    await Promise.all(orders.map((order) => limit(() => (stopping?.aborted ? undefined : this.pollTraced(order)))));
  }

  private async expireDrafts(stopping?: AbortSignal): Promise<void> {
    const now = this.clock.now();
    for (const id of await draftsToExpire(this.database, now, BATCH)) {
      if (stopping?.aborted) return;
      await inTransaction(this.database, async (tx) => {
        const order = await lockOrder(tx, { id });
        if (order?.status !== 'DRAFT' || order.quoteExpiresAt > now) return;
        await moveOrder(tx, order, 'EXPIRED', { at: now, cause: 'time: the quote ran out', actor: null });
      });
    }
  }

  private pollTraced(order: TopupOrder): Promise<void> {
    return inOrderSpan('poll payment', order, (span) => this.poll(order, span));
  }

  /** Never rejects, so that one order's failure does not stop the others. */
  private async poll(order: TopupOrder, span: Span): Promise<void> {
    try {
      const checked = await this.payments.check('poll', order);
      if (isUpstreamError(checked)) throw checked;
      setFacts(span, { outcome: checked });
      const isOverdue = order.paymentExpiresAt !== null && order.paymentExpiresAt <= this.clock.now();
      if (checked === 'unpaid' && !isOverdue) await remindIfDue(this.database, order, this.clock.now());
      if (checked === 'unpaid' && isOverdue && order.status === 'PENDING_PAYMENT') await this.expire(order);
      if (isOverdue && UNDER_REVIEW.has(order.status)) await withdrawLink(this.database, order.id);
    } catch (error) {
      markFailed(span, error);
      const level = error instanceof UpstreamError ? 'warn' : 'error';
      const { number, correlationId } = order;
      this.log[level]({ event: 'reconcile_failed', order: number, correlationId, reason: reasonOf(error) });
    }
  }

  private async expire(snapshot: TopupOrder): Promise<void> {
    // The payment has just arrived: its webhook or the next run settles it.
    if ((await voidInvoices(this.database, this.provider, snapshot)) === 'paid') return;
    // fault point: expiry, invoice void and order not expired
    await inTransaction(this.database, async (tx) => {
      const order = await lockOrder(tx, { id: snapshot.id });
      // An invoice that arrived meanwhile is not void yet: the next run voids it and expires the order.
      if (order?.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== snapshot.paymentInvoiceId) return;
      await moveOrder(tx, order, 'EXPIRED', { at: this.clock.now(), cause: END_CAUSES.UNPAID, actor: null });
      await enqueueJob(tx, mailJob('order_expired', order));
      // fault point: expiry, moved and mail enqueued, not committed
    });
  }
}
