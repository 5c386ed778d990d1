import pLimit from 'p-limit';
import type { DataSource } from 'typeorm';
import { isUpstreamError, UpstreamError } from '../clients/upstream-error.ts';
import { mailJob } from '../fulfilment/index.ts';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import {
  draftsToExpire,
  lockOrder,
  moveOrder,
  ordersToPoll,
  ordersToPollLate,
  type TopupOrder,
} from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import { inOrderSpan, markFailed, type Span, setFacts } from '../platform/telemetry/spans.ts';
import type { CheckPayment } from './check-payment.ts';
import { voidInvoices } from './order-invoices.ts';
import type { PaymentProvider } from './provider.ts';

/** Orders of one run; the rest of a backlog is worked off over the next runs. */
const BATCH = 200;
const AT_ONCE = 8;
const LATE_PAYMENT_SECONDS = 86_400;
const LATE_CHECK_SECONDS = 600;

/**
 * Does what time does. Drafts whose quote ran out expire. The provider is asked about pending orders, which settles those whose
 * webhook never came and gets an invoice for those that have none. Unpaid ones whose time is over expire, once the provider
 * says that they are unpaid and their invoice is void. Every step stands alone: a crash leaves the rest to the next run.
 */
export class Reconcile {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly payments: CheckPayment,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Stops after the orders in hand when `stopping` is aborted, and leaves the others to the next run. */
  async run(stopping?: AbortSignal): Promise<void> {
    await this.expireDrafts(stopping).catch((error: Error) => {
      this.log.error({ event: 'reconcile_failed', reason: reasonOf(error) });
    });
    const now = this.clock.now();
    // Paid after all, and its webhook lost too: asked about now and then, for a day after the time to pay was over.
    const late = { since: addSeconds(now, -LATE_PAYMENT_SECONDS), askedBefore: addSeconds(now, -LATE_CHECK_SECONDS) };
    const pending = await ordersToPoll(this.database, BATCH);
    const orders = [...pending, ...(await ordersToPollLate(this.database, late, BATCH))];
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

  /** Never rejects: one order's failure does not keep the others from their poll. */
  private async poll(order: TopupOrder, span: Span): Promise<void> {
    try {
      const checked = await this.payments.check('poll', order);
      if (isUpstreamError(checked)) throw checked;
      setFacts(span, { outcome: checked });
      const timeIsOver = order.paymentExpiresAt !== null && order.paymentExpiresAt <= this.clock.now();
      if (checked === 'unpaid' && timeIsOver && order.status === 'PENDING_PAYMENT') await this.expire(order);
    } catch (error) {
      markFailed(span, error);
      const level = error instanceof UpstreamError ? 'warn' : 'error';
      const { number, correlationId } = order;
      this.log[level]({ event: 'reconcile_failed', order: number, correlationId, reason: reasonOf(error) });
    }
  }

  private async expire(read: TopupOrder): Promise<void> {
    // Paid in this very moment: the next run settles it, if its webhook does not.
    if ((await voidInvoices(this.provider, read)) === 'paid') return;
    // fault point: expiry, invoice void and order not expired
    await inTransaction(this.database, async (tx) => {
      const order = await lockOrder(tx, { id: read.id });
      // An invoice that came meanwhile is not void yet: the next run sees to both.
      if (order?.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== read.paymentInvoiceId) return;
      const cause = 'time: unpaid, and the provider says so';
      await moveOrder(tx, order, 'EXPIRED', { at: this.clock.now(), cause, actor: null });
      await enqueueJob(tx, mailJob('order_expired', order));
      // fault point: expiry, moved and mail enqueued, not committed
    });
  }
}
