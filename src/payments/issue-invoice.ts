import type { DataSource } from 'typeorm';
import { UpstreamError } from '../clients/upstream-error.ts';
import { mailJob } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  GIVEN_UP,
  type Invoicing,
  type IssueOutcome,
  jobOfOrder,
  linesOfOrder,
  orderById,
  orderPage,
  PAYMENT_REFUSED,
  payableOf,
  type TopupOrder,
  type TopupOrderLine,
} from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { endOrder } from './end-order.ts';
import { checkPaymentJob, issueInvoiceJob, voidInvoiceJob } from './jobs.ts';
import { byOwner, voidInvoices } from './order-invoices.ts';
import type { Invoice, NewInvoice, PaymentProvider } from './provider.ts';
import type { ReportOthers } from './report-others.ts';
import { invoiceItems } from './rules/invoice-items.ts';
import { providerDeadline } from './rules/provider-end.ts';
import { storeInvoice } from './store/invoices.ts';

/**
 * Gets a pending order its one invoice. Idempotent, also when runs overlap: each run first looks for an invoice with
 * our order number, and all that create one send the same idempotency key and content. If a crash falls between the
 * provider's answer and our commit, the next run finds that invoice.
 */
export class IssueInvoice implements Invoicing {
  constructor(
    private readonly database: DataSource,
    private readonly provider: PaymentProvider,
    private readonly others: ReportOthers,
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly options: { returnUrl: string },
  ) {}

  fallbackJob(order: TopupOrder, runAt: Date) {
    return jobOfOrder(issueInvoiceJob, order, { runAt });
  }

  /** Runs the job. Throws UpstreamError if the provider fails, so that the job is retried. */
  async issueForOrder(orderId: string): Promise<void> {
    const { failure } = await this.issue(await orderById(this.database, orderId));
    if (failure !== undefined) throw failure;
  }

  /** A payment that stands in the way is settled by a job. */
  async voidAll(order: TopupOrder): Promise<'voided' | 'paid'> {
    const outcome = await voidInvoices(this.database, this.provider, order);
    if (outcome === 'paid') {
      await inTransaction(this.database, (tx) => enqueueJob(tx, jobOfOrder(checkPaymentJob, order)));
    }
    return outcome;
  }

  /** Succeeds if there is nothing to do. */
  async issue(order: TopupOrder, lines?: readonly TopupOrderLine[]): Promise<IssueOutcome> {
    if (order.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== null) return { order };
    try {
      const invoice =
        (await this.findExisting(order)) ?? (this.isTooLate(order) ? undefined : await this.create(order, lines));
      return { order: invoice === undefined ? order : await this.store(order, invoice) };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error instanceof InvoiceRefused) return this.cancelRefused(order);
      const { number, correlationId } = order;
      // The provider refuses us, not the invoice: somebody must look at our settings.
      const level = error.kind === 'rejected' ? 'error' : 'warn';
      this.log[level]({ event: 'invoice_failed', order: number, correlationId, reason: error.message });
      return { order: await orderById(this.database, order.id), failure: error };
    }
  }

  private async cancelRefused(order: TopupOrder): Promise<IssueOutcome> {
    const { number, correlationId } = order;
    this.log.error({ event: 'invoice_refused', order: number, correlationId });
    await endOrder(this.database, this.clock, order, { to: 'CANCELLED', cause: PAYMENT_REFUSED });
    return { order: await orderById(this.database, order.id), isRefused: true };
  }

  private async findExisting(order: TopupOrder): Promise<Invoice | undefined> {
    const { invoices } = await this.ownInvoices(order);
    return invoices.find(({ paid }) => paid !== null) ?? invoices.find(({ status }) => status === 'pending');
  }

  /** The poll reports those that belong to another order. */
  private async ownInvoices(order: TopupOrder) {
    return byOwner(this.database, this.provider, order, await this.provider.invoicesOfOrder(order.number));
  }

  /** An invoice that expires at once is of no use: the order is about to expire. */
  private isTooLate(order: TopupOrder): boolean {
    return order.paymentExpiresAt !== null && order.paymentExpiresAt <= this.clock.now();
  }

  private async create(order: TopupOrder, givenLines?: readonly TopupOrderLine[]): Promise<Invoice> {
    const lines = givenLines ?? (await linesOfOrder(this.database, order.id));
    // fault point: invoice, looked for and not created
    const invoice = await this.createOrFind(order, {
      orderNumber: order.number,
      amount: payableOf(order),
      description: `Qontak top-up ${order.number}`,
      items: invoiceItems(lines),
      customer: { organizationId: order.organizationId, name: order.organizationName },
      returnUrl: orderPage(this.options.returnUrl, order.id),
      expiresAt: order.paymentExpiresAt ?? order.quoteExpiresAt,
    });
    // fault point: invoice, created and not stored
    return invoice;
  }

  /** Looks again after a refusal: 409 says that there is an invoice, and a lost answer may have made one before a 400 or 422. */
  private async createOrFind(order: TopupOrder, invoice: NewInvoice): Promise<Invoice> {
    try {
      return await this.provider.createInvoice(invoice);
    } catch (error) {
      const status = error instanceof UpstreamError ? error.status : undefined;
      if (status !== 409 && !REFUSALS.has(status ?? 0)) throw error;
      const { invoices } = await this.ownInvoices(order);
      if (invoices[0] !== undefined) return invoices[0];
      if (status === 409) throw error;
      throw new InvoiceRefused(this.provider.name, 'rejected', 'the invoice is refused', status);
    }
  }

  private async store(order: TopupOrder, invoice: Invoice): Promise<TopupOrder> {
    const { name: provider } = this.provider;
    if (invoice.amount !== undefined && invoice.amount.rupiah !== payableOf(order)) {
      throw new UpstreamError(provider, 'malformed', "the invoice's amount or currency is not the order's");
    }
    if (invoice.status === 'pending' && invoice.paymentUrl === undefined) {
      throw new UpstreamError(provider, 'malformed', 'payment_url is missing or not allowed');
    }
    const deadline = providerDeadline(invoice.expiresAt, order.paymentExpiresAt, this.clock.now());
    if (deadline === 'implausible') {
      const { number, correlationId } = order;
      this.log.warn({
        event: 'provider_deadline_ignored',
        order: number,
        correlationId,
        reason: 'it lies in the past or cannot be read',
      });
    }
    const stored = await storeInvoice(this.database, order.id, {
      provider,
      id: invoice.id,
      deadline: deadline instanceof Date ? deadline : null,
      // A void or expired invoice (an earlier cancel got this far) is stored without its link, so that nobody pays it.
      paymentUrl: invoice.status === 'pending' ? (invoice.paymentUrl ?? null) : null,
      mail: mailJob('awaiting_payment', order),
      voidJob: jobOfOrder(voidInvoiceJob, order),
    });
    if (stored === 'of_another') throw await this.ofAnother(order, invoice);
    const current = stored ?? (await this.readAfterLostRace(order.id));
    // fault point: invoice, committed and not answered
    return current;
  }

  /** Informs an operator. The order goes on without an invoice, and asks for one again. */
  private async ofAnother(order: TopupOrder, invoice: Invoice): Promise<UpstreamError> {
    const { name: provider } = this.provider;
    const { others } = await byOwner(this.database, this.provider, order, [invoice]);
    await this.others.enter(order, { provider, source: 'check', others });
    return new UpstreamError(provider, 'malformed', "it gave another order's invoice");
  }

  /** Another run stored the invoice first. If the order was given up meanwhile, nobody may pay that invoice. */
  private readAfterLostRace(orderId: string): Promise<TopupOrder> {
    return inTransaction(this.database, async (tx) => {
      const current = await orderById(tx, orderId);
      if (GIVEN_UP.has(current.status)) await enqueueJob(tx, jobOfOrder(voidInvoiceJob, current));
      return current;
    });
  }
}

/** The provider will not make this invoice, whoever asks and however often. */
const REFUSALS: ReadonlySet<number> = new Set([400, 422]);
class InvoiceRefused extends UpstreamError {}
