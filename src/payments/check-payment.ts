import type { DataSource } from 'typeorm';
import { isUpstreamError, UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  AWAITS_SETTLEMENT,
  currentOrder,
  type OrderOutcome,
  orderById,
  orderNotFound,
  orderOfOrganization,
  paymentProviderUnavailable,
  setPaymentChecked,
  type TopupOrder,
  userError,
} from '../orders/index.ts';
import { organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, markFailed, setFacts } from '../platform/telemetry/spans.ts';
import type { IssueInvoice } from './issue-invoice.ts';
import { invoicesOf } from './order-invoices.ts';
import type { Invoice, PaymentProvider } from './provider.ts';
import type { SettlePayment } from './settle-payment.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';

/**
 * Asks the provider for an order's payment, because a webhook may never come, and settles it. An unpaid order whose invoice
 * was never stored gets one.
 */
export class CheckPayment {
  constructor(
    private readonly callers: TenantDatabase,
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly invoices: IssueInvoice,
    private readonly payments: SettlePayment,
    private readonly clock: Clock,
  ) {}

  /** Runs the buyer's own check. An order that no longer awaits payment is returned as it is. */
  async checkForBuyer(request: RequestContext, orderId: string): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request);
    const order = await orderOfOrganization(this.callers, request, organizationId, orderId);
    if (order === undefined) return { userErrors: [orderNotFound()] };
    if (order.confirmedAt === null) {
      const message = `The order is ${order.status} and was never confirmed: there is no payment to check.`;
      return { order, userErrors: [userError('INVALID_TRANSITION', message, { field: ['input', 'orderId'] })] };
    }
    if (!AWAITS_SETTLEMENT.has(order.status)) return { order, userErrors: [] };
    const checked = await inOrderSpan('check payment', order, async (span) => {
      const answer = await this.check('check', order);
      if (isUpstreamError(answer)) markFailed(span, answer);
      else setFacts(span, { outcome: answer });
      return answer;
    });
    return {
      order: await currentOrder(this.callers, request, order.id),
      userErrors: isUpstreamError(checked) ? [paymentProviderUnavailable(checked)] : [],
    };
  }

  /** Runs the poll's check now. Throws UpstreamError if the provider fails. */
  async checkNow(order: TopupOrder): Promise<void> {
    const checked = await this.check('poll', order);
    if (isUpstreamError(checked)) throw checked;
  }

  /**
   * Returns "paid" if the payment is settled, now or before, and the UpstreamError if the provider fails. A pending
   * order without an invoice gets one while there is time to pay it.
   */
  async check(source: PaymentSource, order: TopupOrder): Promise<'paid' | 'unpaid' | UpstreamError> {
    try {
      // Stored before the call, so that an order on which the provider fails does not block the head of the poll queue.
      await setPaymentChecked(this.database, order.id, this.clock.now());
      const paid = (await invoicesOf(this.provider, order)).find(({ status }) => status === 'paid');
      if (paid !== undefined) {
        await this.settlePaid(source, order, paid);
        return 'paid';
      }
      const { failure } = await this.invoices.issue(await orderById(this.database, order.id));
      return failure ?? 'unpaid';
    } catch (error) {
      if (error instanceof UpstreamError) return error;
      throw error;
    }
  }

  private async settlePaid(source: PaymentSource, order: TopupOrder, invoice: Invoice): Promise<void> {
    const paidAt = invoice.paidAt ?? null;
    // The client rejects a paid invoice without an amount, so the default never applies.
    const amount = invoice.paidAmount ?? 0n;
    await this.payments.settle({
      provider: this.provider.name,
      source,
      // The id depends on the payment alone, so that repeated checks are deduped.
      eventId: `invoice:${invoice.id}:paid:${amount}:${paidAt?.toISOString() ?? ''}`,
      notice: {
        type: 'invoice.paid',
        orderNumber: order.number,
        invoiceId: invoice.id,
        amount,
        currency: invoice.paidCurrency ?? invoice.currency,
        paidAt,
        paymentMethod: null,
      },
    });
  }
}
