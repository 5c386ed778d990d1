import type { DataSource } from 'typeorm';
import type { Invoice, MekariPay } from '../clients/mekari-pay/invoices.ts';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { Clock } from '../kernel/clock.ts';
import { columnsOf } from '../platform/database/columns.ts';
import { send } from '../platform/database/send.ts';
import { call, statement } from '../platform/database/statement.ts';
import { inTransaction, retried } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { enqueueForOrder, jobOfOrder, mailOfOrder, voidInvoiceJob } from './order-jobs.ts';
import { linesOfOrder, orderById } from './store/orders.reader.ts';
import { TopupOrder } from './store/topup-order.entity.ts';
import type { TopupOrderLine } from './store/topup-order-line.entity.ts';

/**
 * An order's first invoice, and what follows: the mail that asks to pay it; or, where the order was cancelled or expired while
 * the invoice was made, the job that voids it, for nobody is to pay it. Should it be paid all the same, it is credited.
 */
const STORE = statement<TopupOrder & { enqueued: unknown }>(
  `with stored as (
     update topup_orders set payment_invoice_id = $2, payment_url = $3 where id = $1 and payment_invoice_id is null returning *
   )
   select ${columnsOf(TopupOrder, 'stored')}, case
       when status = 'PENDING_PAYMENT' and $4::text is not null then enqueue_job($4, $5, $6, $7, $8)
       when status in ('CANCELLED', 'EXPIRED') then enqueue_job($9, $10, $11, $12, $13)
     end as enqueued
   from stored`,
);
const NO_JOB = [null, null, null, null, null];

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
    return this.issueOf(await orderById(this.database, orderId));
  }

  /** Of an order that was read, or moved, just now; with its lines where they are known. */
  async issueOf(order: TopupOrder, lines?: readonly TopupOrderLine[]): Promise<TopupOrder | UpstreamError> {
    if (order.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== null) return order;
    try {
      const invoice =
        (await this.existing(order)) ?? (this.isTooLate(order) ? undefined : await this.create(order, lines));
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

  private async create(order: TopupOrder, known?: readonly TopupOrderLine[]): Promise<Invoice> {
    const lines = known ?? (await linesOfOrder(this.database, order.id));
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
    const paymentUrl = isPayable ? (invoice.paymentUrl ?? null) : null;
    const mail = isPayable ? mailOfOrder('awaiting_payment', order) : NO_JOB;
    const store = call(STORE, order.id, invoice.id, paymentUrl, ...mail, ...jobOfOrder(voidInvoiceJob, order));
    const [row] = await retried(() => send(this.database, store));
    const { enqueued: _, ...stored } = row ?? { ...(await this.storedBefore(order.id)), enqueued: null };
    // fault point: invoice, committed and not answered
    return stored;
  }

  /** Another was first. Cancelled or expired, nobody is to pay what it stored. */
  private storedBefore(orderId: string): Promise<TopupOrder> {
    return inTransaction(this.database, async (tx) => {
      const current = await orderById(tx, orderId);
      if (current.status === 'CANCELLED' || current.status === 'EXPIRED') {
        await enqueueForOrder(tx, voidInvoiceJob, current);
      }
      return current;
    });
  }
}

function withOrder(returnUrl: string, orderId: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set('orderId', orderId);
  return url.toString();
}
