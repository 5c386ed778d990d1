import { UpstreamError } from '../clients/upstream-error.ts';
import type { TopupOrder } from '../orders/index.ts';
import type { Invoice, PaymentProvider } from './provider.ts';
import { PAYABLE_STATUSES } from './rules/provider-end.ts';

export interface OrderInvoices {
  invoices: readonly Invoice[];
  /** The order has an invoice, and the provider knows none of it, by id or by our number. */
  isUnknown: boolean;
}

/**
 * Returns every invoice that was ever made for the order: the order's own, those through which money came before
 * (`paidIds`), and all that carry its number. Throws UpstreamError.
 */
export async function everyInvoiceOf(
  provider: PaymentProvider,
  { number, paymentInvoiceId }: TopupOrder,
  paidIds: readonly string[] = [],
): Promise<OrderInvoices> {
  const ids = new Set(paymentInvoiceId === null ? paidIds : [paymentInvoiceId, ...paidIds]);
  const [byNumber, ...found] = await Promise.all([
    provider.invoicesOfOrder(number),
    ...[...ids].map((id) => findInvoice(provider, id)),
  ]);
  const byId = found.filter((invoice) => invoice !== undefined);
  const known = new Set(byId.map(({ id }) => id));
  const invoices = [...byId, ...byNumber.filter(({ id }) => !known.has(id))];
  return { invoices, isUnknown: paymentInvoiceId !== null && invoices.length === 0 };
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
export async function voidInvoices(provider: PaymentProvider, order: TopupOrder): Promise<'voided' | 'paid'> {
  const { invoices, isUnknown } = await everyInvoiceOf(provider, order);
  if (isUnknown) throw new UpstreamError(provider.name, 'rejected', 'the invoice is unknown', 404);
  if (invoices.some(({ paid }) => paid !== null)) return 'paid';
  for (const { id } of invoices.filter(({ status }) => PAYABLE_STATUSES.has(status))) {
    if ((await provider.voidInvoice(id, order.number)) === 'paid') return 'paid';
  }
  return 'voided';
}
