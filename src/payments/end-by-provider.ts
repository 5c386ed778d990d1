import type { DataSource } from 'typeorm';
import { UpstreamError } from '../clients/upstream-error.ts';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import { END_CAUSES, shortenPayment, type TopupOrder } from '../orders/index.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { Answer } from './answer.ts';
import { endOrder } from './end-order.ts';
import type { Invoice } from './provider.ts';
import type { ReviewUnreadable } from './review-unreadable.ts';
import { isUnknownForGood, providerDeadline, providerEnd } from './rules/provider-end.ts';
import { countUnknown, providerHealth } from './store/lookup-failures.ts';
import { isPaymentNoticed } from './store/payment-events.ts';

/** Answers of this time say whether the provider is ill, or one invoice is lost. */
const HEALTH_SECONDS = 900;

const NOT_SHOWN_AFTER_NOTICE = {
  cause: 'the invoice is over, and shows nothing of a payment that the provider told of',
  detail: 'A notice says that a payment came in, and the invoice is over without it: find the money at the provider.',
};
const LOST_AFTER_NOTICE = {
  cause: 'the provider does not know the invoice of a payment that it told of',
  detail:
    'A notice says that a payment came in, and the provider does not know the invoice any more: find the money there.',
};

/**
 * Applies what the provider's answer says about the end of an order for which nothing was received (domain.md 8): an earlier
 * deadline, an invoice that expired or is void, or one that is unknown for good.
 */
export class EndByProvider {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly reviews: ReviewUnreadable,
  ) {}

  /** Returns true if the order is over. After a notice of a payment of which the answer shows nothing it is reviewed instead. */
  async ofAnswer(source: Answer['source'], order: TopupOrder, invoices: readonly Invoice[]): Promise<boolean> {
    const now = this.clock.now();
    const own = invoices.find(({ id }) => id === order.paymentInvoiceId);
    const to = providerEnd(invoices, order.paymentInvoiceId);
    if (to === undefined || own === undefined) {
      await this.applyDeadline(order, own, now);
      return false;
    }
    if (await isPaymentNoticed(this.database, order.id)) {
      await this.reviews.review(source, order.id, NOT_SHOWN_AFTER_NOTICE);
      return true;
    }
    const isOverdue = order.paymentExpiresAt !== null && order.paymentExpiresAt <= now;
    return endOrder(
      this.database,
      this.clock,
      order,
      isOverdue
        ? { to: 'EXPIRED', cause: END_CAUSES.UNPAID }
        : { to, cause: to === 'EXPIRED' ? END_CAUSES.INVOICE_EXPIRED : END_CAUSES.INVOICE_VOID },
    );
  }

  /**
   * Ends the order if its invoice is unknown for good. Else throws UpstreamError: nobody knows what was received. After a notice of a
   * payment that never changes, and the order is reviewed.
   */
  async ofUnknown(source: Answer['source'], provider: string, order: TopupOrder): Promise<void> {
    const now = this.clock.now();
    const streak = await countUnknown(this.database, order.id, now);
    const health = await providerHealth(this.database, addSeconds(now, -HEALTH_SECONDS));
    if (isUnknownForGood(streak, health, now)) {
      if (await isPaymentNoticed(this.database, order.id))
        await this.reviews.review(source, order.id, LOST_AFTER_NOTICE);
      else if (await this.endLost(order)) return;
    }
    throw new UpstreamError(provider, 'rejected', 'the invoice is unknown', 404);
  }

  private endLost(order: TopupOrder): Promise<boolean> {
    return endOrder(this.database, this.clock, order, { to: 'EXPIRED', cause: END_CAUSES.INVOICE_LOST });
  }

  private async applyDeadline(order: TopupOrder, own: Invoice | undefined, now: Date): Promise<void> {
    const deadline = providerDeadline(own?.expiresAt, order.paymentExpiresAt, now);
    if (deadline === undefined) return;
    if (deadline !== 'implausible') return shortenPayment(this.database, order.id, deadline);
    const { number, correlationId } = order;
    const reason = 'it lies in the past or cannot be read';
    this.log.warn({ event: 'provider_deadline_ignored', order: number, correlationId, reason });
  }
}
