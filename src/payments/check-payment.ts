import type { DataSource } from 'typeorm';
import type { Invoice, MekariPay } from '../clients/mekari-pay/invoices.ts';
import { isUpstreamError, UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  AWAITS_SETTLEMENT,
  type IssueInvoice,
  type OrderOutcome,
  orderNotFound,
  orderOfOrganization,
  ordersWithIds,
  paymentProviderUnavailable,
  TopupOrder,
  theOrder,
  userError,
} from '../orders/index.ts';
import { organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, markFailed, setFacts } from '../platform/telemetry/spans.ts';
import type { SettlePayment } from './settle-payment.ts';
import type { PaymentSource } from './store/payment-event.entity.ts';

/** Asks Mekari Pay how an order stands, because a webhook may never come, and settles what was paid. */
export class CheckPayment {
  constructor(
    private readonly callers: TenantDatabase,
    private readonly database: DataSource,
    private readonly pay: MekariPay,
    private readonly invoices: IssueInvoice,
    private readonly payments: SettlePayment,
    private readonly clock: Clock,
  ) {}

  /** The buyer's own check. An order that cannot be paid is answered as it stands. */
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
      const found = await this.check('check', order);
      if (isUpstreamError(found)) markFailed(span, found);
      else setFacts(span, { outcome: found });
      return found;
    });
    const [current] = await this.callers.ask(request, ordersWithIds([order.id]));
    return {
      order: theOrder(current, order.id),
      userErrors: isUpstreamError(checked) ? [paymentProviderUnavailable(checked)] : [],
    };
  }

  /**
   * "paid": settled, now or before. The failure where Mekari Pay could not be asked. A pending order that has no invoice yet
   * gets one, as long as there is time to pay it.
   */
  async check(source: PaymentSource, order: TopupOrder): Promise<'paid' | 'unpaid' | UpstreamError> {
    try {
      // Before it is asked: an order that cannot be asked about must not stand at the head of the queue for ever.
      await this.database.getRepository(TopupOrder).update({ id: order.id }, { paymentCheckedAt: this.clock.now() });
      const invoices =
        order.paymentInvoiceId === null
          ? await this.pay.invoicesOfOrder(order.number)
          : [await this.pay.invoice(order.paymentInvoiceId)];
      const paid = invoices.find(({ status }) => status === 'paid');
      if (paid !== undefined) {
        await this.settlePaid(source, order, paid);
        return 'paid';
      }
      const issued = await this.invoices.issue(order.id);
      return isUpstreamError(issued) ? issued : 'unpaid';
    } catch (error) {
      if (error instanceof UpstreamError) return error;
      throw error;
    }
  }

  private async settlePaid(source: PaymentSource, order: TopupOrder, invoice: Invoice): Promise<void> {
    const paidAt = invoice.paidAt ?? null;
    // The client lets no paid invoice pass that does not say it.
    const amount = invoice.paidAmount ?? 0n;
    // The same payment has the same id, whoever asks and however often.
    const eventId = `invoice:${invoice.id}:paid:${amount}:${paidAt?.toISOString() ?? ''}`;
    await this.payments.settle(source, eventId, {
      type: 'invoice.paid',
      orderNumber: order.number,
      invoiceId: invoice.id,
      amount,
      currency: invoice.paidCurrency ?? invoice.currency,
      paidAt,
      paymentMethod: null,
    });
  }
}
