import type { DataSource } from 'typeorm';
import { UpstreamError } from '../clients/upstream-error.ts';
import { mailJob } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  GIVEN_UP,
  type Invoicing,
  type Issued,
  jobOfOrder,
  linesOfOrder,
  orderById,
  type TopupOrder,
  type TopupOrderLine,
} from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { issueInvoiceJob, voidInvoiceJob } from './jobs.ts';
import { voidInvoices } from './order-invoices.ts';
import type { Invoice, PaymentProvider } from './provider.ts';
import { storeInvoice } from './store/invoices.ts';

/**
 * Gets a pending order its one invoice. Safe at any time, any number of times and at once: an invoice that carries our order
 * number is looked for before one is made, and all who make it use one idempotency key with one content. A crash between the
 * provider's answer and our commit is healed by the next run, which finds the invoice there.
 */
export class IssueInvoice implements Invoicing {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly options: { returnUrl: string },
  ) {}

  laterJob(order: TopupOrder, runAt: Date) {
    return jobOfOrder(issueInvoiceJob, order, { runAt });
  }

  /** For the job. Throws UpstreamError where the provider does not answer: then the job comes again. */
  async issueForOrder(orderId: string): Promise<void> {
    const { failure } = await this.issue(await orderById(this.database, orderId));
    if (failure !== undefined) throw failure;
  }

  voidAll(order: TopupOrder): Promise<'voided' | 'paid'> {
    return voidInvoices(this.provider, order);
  }

  /** Nothing to do is a success. */
  async issue(order: TopupOrder, lines?: readonly TopupOrderLine[]): Promise<Issued> {
    if (order.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== null) return { order };
    try {
      const invoice =
        (await this.existing(order)) ?? (this.isTooLate(order) ? undefined : await this.create(order, lines));
      return { order: invoice === undefined ? order : await this.store(order, invoice) };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const { number, correlationId } = order;
      this.log.warn({ event: 'invoice_failed', order: number, correlationId, reason: error.message });
      return { order: await orderById(this.database, order.id), failure: error };
    }
  }

  private async existing(order: TopupOrder): Promise<Invoice | undefined> {
    const invoices = await this.provider.invoicesOfOrder(order.number);
    return invoices.find(({ status }) => status === 'paid') ?? invoices.find(({ status }) => status === 'pending');
  }

  /** An invoice that is over before it is made is of no use: the order is about to expire. */
  private isTooLate(order: TopupOrder): boolean {
    return order.paymentExpiresAt !== null && order.paymentExpiresAt <= this.clock.now();
  }

  private async create(order: TopupOrder, givenLines?: readonly TopupOrderLine[]): Promise<Invoice> {
    const lines = givenLines ?? (await linesOfOrder(this.database, order.id));
    // fault point: invoice, looked for and not created
    const invoice = await this.provider.createInvoice({
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
    const { name: provider } = this.provider;
    if (invoice.amount !== order.total || invoice.currency !== 'IDR') {
      throw new UpstreamError(provider, 'malformed', 'the invoice is over another amount than the order');
    }
    if (invoice.status === 'pending' && invoice.paymentUrl === undefined) {
      throw new UpstreamError(provider, 'malformed', 'payment_url is not one that a buyer is sent to');
    }
    const stored = await storeInvoice(this.database, order.id, {
      provider,
      id: invoice.id,
      // An invoice that is void or over (an earlier cancel got that far) is stored, but nobody is sent to pay it.
      paymentUrl: invoice.status === 'pending' ? (invoice.paymentUrl ?? null) : null,
      mail: mailJob('awaiting_payment', order),
      voidJob: jobOfOrder(voidInvoiceJob, order),
    });
    const current = stored ?? (await this.storedByAnother(order.id));
    // fault point: invoice, committed and not answered
    return current;
  }

  /** Another run was first. Where the order was given up, nobody is to pay the invoice that it stored. */
  private storedByAnother(orderId: string): Promise<TopupOrder> {
    return inTransaction(this.database, async (tx) => {
      const current = await orderById(tx, orderId);
      if (GIVEN_UP.has(current.status)) await enqueueJob(tx, jobOfOrder(voidInvoiceJob, current));
      return current;
    });
  }
}

function withOrder(returnUrl: string, orderId: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set('orderId', orderId);
  return url.toString();
}
