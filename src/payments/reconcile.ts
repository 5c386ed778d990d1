import pLimit from 'p-limit';
import { type DataSource, In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not, Or } from 'typeorm';
import type { MekariPay } from '../clients/mekari-pay/invoices.ts';
import { isUpstreamError, UpstreamError } from '../clients/upstream-error.ts';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import { enqueueMail, lockOrder, TopupOrder, transition, voidInvoices } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import { inOrderSpan, markFailed, type Span, setFacts } from '../platform/telemetry/spans.ts';
import type { CheckPayment } from './check-payment.ts';

/** Orders seen to in one run: the longest unasked first, so that a backlog is worked off over the runs. */
const BATCH = 200;
const AT_ONCE = 8;
const LATE_PAYMENT_SECONDS = 86_400;
const LATE_CHECK_SECONDS = 600;

/**
 * What time does: drafts whose quote ran out expire; pending orders are asked about at Mekari Pay, which settles those whose
 * webhook never came and gets an invoice for those that have none; unpaid ones whose time is over expire, once Mekari Pay
 * says that they are unpaid and their invoice is void. Every step stands alone: a crash leaves the rest to the next run.
 */
export class Reconcile {
  constructor(
    private readonly database: DataSource,
    private readonly pay: MekariPay,
    private readonly payments: CheckPayment,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Told to stop, it sees to the orders in hand, and leaves the others to the next run. */
  async run(stopping?: AbortSignal): Promise<void> {
    await this.expireDrafts(stopping).catch((error: Error) => {
      this.log.error({ event: 'reconcile_failed', reason: reasonOf(error) });
    });
    const limit = pLimit(AT_ONCE);
    const orders = [...(await this.pendingOrders()), ...(await this.recentlyOver())];
    await Promise.all(orders.map((order) => limit(() => (stopping?.aborted ? undefined : this.seeTo(order)))));
  }

  private async expireDrafts(stopping?: AbortSignal): Promise<void> {
    const now = this.clock.now();
    const drafts = await this.database.getRepository(TopupOrder).find({
      select: { id: true },
      where: { status: 'DRAFT', quoteExpiresAt: LessThanOrEqual(now) },
      order: { quoteExpiresAt: 'ASC' },
      take: BATCH,
    });
    for (const { id } of drafts) {
      if (stopping?.aborted) return;
      await inTransaction(this.database, async (tx) => {
        const order = await lockOrder(tx, { id });
        if (order?.status !== 'DRAFT' || order.quoteExpiresAt > now) return;
        await transition(tx, order, 'EXPIRED', { at: now, cause: 'time: the quote ran out', actor: null });
      });
    }
  }

  private async pendingOrders(): Promise<TopupOrder[]> {
    const orders = this.database.getRepository(TopupOrder);
    const longestUnasked = { order: { paymentCheckedAt: { direction: 'ASC', nulls: 'FIRST' } }, take: BATCH } as const;
    const where = { status: 'PENDING_PAYMENT' } as const;
    const withoutInvoice = await orders.find({ where: { ...where, paymentInvoiceId: IsNull() }, ...longestUnasked });
    const all = await orders.find({ where, ...longestUnasked });
    return [...new Map([...withoutInvoice, ...all].map((order) => [order.id, order])).values()];
  }

  /** Paid after all, and its webhook lost too: looked at now and then, for a day after the time to pay was over. */
  private recentlyOver(): Promise<TopupOrder[]> {
    const now = this.clock.now();
    return this.database.getRepository(TopupOrder).find({
      where: {
        status: In(['EXPIRED', 'CANCELLED']),
        confirmedAt: Not(IsNull()),
        paymentExpiresAt: MoreThan(addSeconds(now, -LATE_PAYMENT_SECONDS)),
        paymentCheckedAt: Or(IsNull(), LessThan(addSeconds(now, -LATE_CHECK_SECONDS))),
      },
      order: { paymentExpiresAt: 'ASC' },
      take: BATCH,
    });
  }

  /** One order's trouble is not another's. */
  private seeTo(order: TopupOrder): Promise<void> {
    return inOrderSpan('poll payment', order, (span) => this.poll(order, span));
  }

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

  private async expire(seen: TopupOrder): Promise<void> {
    // Paid in this very moment: the next run settles it, if its webhook does not.
    if ((await voidInvoices(this.pay, seen)) === 'paid') return;
    // fault point: expiry, invoice void and order not expired
    await inTransaction(this.database, async (tx) => {
      const order = await lockOrder(tx, { id: seen.id });
      // An invoice that came meanwhile is not void yet: the next run sees to both.
      if (order?.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== seen.paymentInvoiceId) return;
      const cause = 'time: unpaid, and the provider says so';
      await transition(tx, order, 'EXPIRED', { at: this.clock.now(), cause, actor: null });
      await enqueueMail(tx, 'order_expired', order);
      // fault point: expiry, moved and mail enqueued, not committed
    });
  }
}
