import type { DataSource } from 'typeorm';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { TopupOrder } from '../orders/index.ts';
import type { Invoice, PaymentProvider } from './provider.ts';
import { PAYABLE_STATUSES } from './rules/provider-end.ts';
import { findOtherOwners } from './store/invoice-owners.ts';

/** An invoice that the provider gives for one order, and that belongs to another. */
export interface InvoiceOfAnother {
  invoice: Invoice;
  /** The order to which it belongs. */
  ownerNumber: string;
}

export interface InvoicesByOwner {
  /** The order's own. */
  invoices: readonly Invoice[];
  /** Never counted for the order, and never voided for it. */
  others: readonly InvoiceOfAnother[];
}

export interface OrderInvoices extends InvoicesByOwner {
  /** The order has an invoice, and the provider knows none of it, by id or by our number. */
  isUnknown: boolean;
}

/**
 * Returns every invoice that was ever made for the order: the order's own, those through which money came before
 * (`paidIds`), and all that carry its number. Throws UpstreamError.
 */
export async function everyInvoiceOf(
  database: DataSource,
  provider: PaymentProvider,
  order: TopupOrder,
  paidIds: readonly string[] = [],
): Promise<OrderInvoices> {
  const { number, paymentInvoiceId } = order;
  const ids = new Set(paymentInvoiceId === null ? paidIds : [paymentInvoiceId, ...paidIds]);
  const [byNumber, ...found] = await Promise.all([
    provider.invoicesOfOrder(number),
    ...[...ids].map((id) => findInvoice(provider, id)),
  ]);
  const byId = found.filter((invoice) => invoice !== undefined);
  const known = new Set(byId.map(({ id }) => id));
  const all = [...byId, ...byNumber.filter(({ id }) => !known.has(id))];
  const { invoices, others } = await byOwner(database, provider, order, all);
  return { invoices, others, isUnknown: paymentInvoiceId !== null && invoices.length === 0 };
}

/**
 * Sets apart the invoices that belong to another order. One that this order's row has is looked up only once it is paid: the
 * database let it be stored for this order alone.
 */
export async function byOwner(
  database: DataSource,
  provider: PaymentProvider,
  order: TopupOrder,
  invoices: readonly Invoice[],
): Promise<InvoicesByOwner> {
  const doubtful = invoices.filter(({ id, paid }) => id !== order.paymentInvoiceId || paid !== null);
  if (doubtful.length === 0) return { invoices, others: [] };
  const ids = doubtful.map(({ id }) => id);
  const owners = await findOtherOwners(database, provider.name, ids, order.id);
  const numbers = new Map(owners.map(({ invoiceId, orderNumber }) => [invoiceId, orderNumber]));
  return {
    invoices: invoices.filter(({ id }) => !numbers.has(id)),
    others: invoices.flatMap((invoice) => {
      const ownerNumber = numbers.get(invoice.id);
      return ownerNumber === undefined ? [] : [{ invoice, ownerNumber }];
    }),
  };
}

/** Returns undefined if the provider answers that there is no such invoice. */
export async function findInvoice(provider: PaymentProvider, id: string): Promise<Invoice | undefined> {
  try {
    return await provider.invoice(id);
  } catch (error) {
    if (error instanceof UpstreamError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Voids an order's invoices, including one whose creation was never answered, so that nobody can pay them. Returns
 * "paid" if anything was paid on one: that payment must be settled instead. Idempotent. Throws UpstreamError, also if the
 * provider does not know the invoice: it may come back, and be paid.
 */
export async function voidInvoices(
  database: DataSource,
  provider: PaymentProvider,
  order: TopupOrder,
): Promise<'voided' | 'paid'> {
  const { invoices, isUnknown } = await everyInvoiceOf(database, provider, order);
  if (isUnknown) throw new UpstreamError(provider.name, 'rejected', 'the invoice is unknown', 404);
  if (invoices.some(({ paid }) => paid !== null)) return 'paid';
  for (const { id } of invoices.filter(({ status }) => PAYABLE_STATUSES.has(status))) {
    if ((await provider.voidInvoice(id, order.number)) === 'paid') return 'paid';
  }
  return 'voided';
}
