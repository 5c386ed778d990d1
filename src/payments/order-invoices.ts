import type { TopupOrder } from '../orders/index.ts';
import type { Invoice, PaymentProvider } from './provider.ts';

/** The order's invoice; while we know of none, those that carry its number. Throws UpstreamError. */
export async function invoicesOf(provider: PaymentProvider, order: TopupOrder): Promise<readonly Invoice[]> {
  if (order.paymentInvoiceId === null) return provider.invoicesOfOrder(order.number);
  return [await provider.invoice(order.paymentInvoiceId)];
}

/**
 * Voids an order's invoice, also one that was made but never reached us, so that nobody can pay it. "paid": it is paid, and
 * the payment must be settled instead. Throws UpstreamError; a repeat does the same.
 */
export async function voidInvoices(provider: PaymentProvider, order: TopupOrder): Promise<'voided' | 'paid'> {
  const invoices = await invoicesOf(provider, order);
  if (invoices.some(({ status }) => status === 'paid')) return 'paid';
  for (const { id } of invoices.filter(({ status }) => status === 'pending')) {
    if ((await provider.voidInvoice(id, order.number)) === 'paid') return 'paid';
  }
  return 'voided';
}
