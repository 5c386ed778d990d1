import { type DataSource, IsNull } from 'typeorm';
import type { Invoice, MekariPay } from '../clients/mekari-pay.ts';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/logger.ts';
import { enqueueForOrder, enqueueMail, voidInvoiceJob } from './order-jobs.ts';
import { linesOfOrder, orderById } from './orders.reader.ts';
import { TopupOrder } from './topup-order.entity.ts';

/**
 * Gets a pending order its one invoice. Safe at any time, any number of times and at once: an invoice that carries our order
 * number is looked for before one is made, and all who make it use one idempotency key with one content. A crash between the
 * provider's answer and our commit is healed by the next run, which finds the invoice there.
 */
export class IssueInvoice {
  constructor(
    private readonly database: DataSource,
    private readonly pay: MekariPay,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly options: { returnUrl: string },
  ) {}

  /** The order as it is then; the failure where Mekari Pay could not be asked. Nothing to do is a success. */
  async issue(orderId: string): Promise<TopupOrder | UpstreamError> {
    const order = await orderById(this.database, orderId);
    if (order.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== null) return order;
    try {
      const invoice = (await this.existing(order)) ?? (this.isTooLate(order) ? undefined : await this.create(order));
      return invoice === undefined ? order : await this.store(order, invoice);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const { number, correlationId } = order;
      this.log.warn({ event: 'invoice_failed', order: number, correlationId, reason: error.message });
      return error;
    }
  }

  private async existing(order: TopupOrder): Promise<Invoice | undefined> {
    const invoices = await this.pay.invoicesOfOrder(order.number);
    return invoices.find(({ status }) => status === 'paid') ?? invoices.find(({ status }) => status === 'pending');
  }

  /** An invoice that would be over before it is made is of no use: the order is about to expire. */
  private isTooLate(order: TopupOrder): boolean {
    return order.paymentExpiresAt !== null && order.paymentExpiresAt <= this.clock.now();
  }

  private async create(order: TopupOrder): Promise<Invoice> {
    const lines = await linesOfOrder(this.database, order.id);
    // fault point: invoice, looked for and not created
    const invoice = await this.pay.createInvoice({
      orderNumber: order.number,
      amount: order.total,
      description: `Qontak top-up ${order.number}`,
      items: lines.map(({ label, quantity, unitPrice, amount }) => ({ name: label, quantity, unitPrice, amount })),
      customer: { organizationId: order.organizationId, name: order.organizationName },
      returnUrl: withOrder(this.options.returnUrl, order.id),
      expiresAt: order.paymentExpiresAt ?? order.quoteExpiresAt,
    });
    // fault point: invoice, created and not stored
    return invoice;
  }

  private async store(order: TopupOrder, invoice: Invoice): Promise<TopupOrder> {
    if (invoice.amount !== order.total || invoice.currency !== 'IDR') {
      throw new UpstreamError('mekari-pay', 'malformed', 'the invoice is over another amount than the order');
    }
    if (invoice.status === 'pending' && invoice.paymentUrl === undefined) {
      throw new UpstreamError('mekari-pay', 'malformed', 'payment_url is not one that a buyer is sent to');
    }
    // One that is void or over already (an earlier cancel got that far) is remembered, but nobody is sent to pay it.
    const isPayable = invoice.status === 'pending';
    const changes = { paymentInvoiceId: invoice.id, paymentUrl: isPayable ? (invoice.paymentUrl ?? null) : null };
    const stored = await inTransaction(this.database, async (tx) => {
      const { affected } = await tx.update(TopupOrder, { id: order.id, paymentInvoiceId: IsNull() }, changes);
      const current = await tx.findOneByOrFail(TopupOrder, { id: order.id });
      if (affected === 1 && isPayable && current.status === 'PENDING_PAYMENT') {
        await enqueueMail(tx, 'awaiting_payment', current);
      }
      // Cancelled or expired while the invoice was made: nobody is to pay it. Should it be paid all the same, it is credited.
      if (current.status === 'CANCELLED' || current.status === 'EXPIRED') {
        await enqueueForOrder(tx, voidInvoiceJob, current);
      }
      // fault point: invoice, stored and not committed
      return current;
    });
    // fault point: invoice, committed and not answered
    return stored;
  }
}

function withOrder(returnUrl: string, orderId: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set('orderId', orderId);
  return url.toString();
}
