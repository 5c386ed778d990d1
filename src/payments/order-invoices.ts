import type { TopupOrder } from '../orders/index.ts';
import type { Invoice, PaymentProvider } from './provider.ts';

/** Returns the order's invoice or, as long as we have no invoice id, those with its number. Throws UpstreamError. */
export async function invoicesOf(provider: PaymentProvider, order: TopupOrder): Promise<readonly Invoice[]> {
  if (order.paymentInvoiceId === null) return provider.invoicesOfOrder(order.number);
  return [await provider.invoice(order.paymentInvoiceId)];
}

/**
 * Voids an order's invoices, including one whose creation was never answered, so that nobody can pay them. Returns
 * "paid" if one is paid: that payment must be settled instead. Idempotent. Throws UpstreamError.
 */
export async function voidInvoices(provider: PaymentProvider, order: TopupOrder): Promise<'voided' | 'paid'> {
  const invoices = await invoicesOf(provider, order);
  if (invoices.some(({ status }) => status === 'paid')) return 'paid';
  for (const { id } of invoices.filter(({ status }) => status === 'pending')) {
    if ((await provider.voidInvoice(id, order.number)) === 'paid') return 'paid';
  }
  return 'voided';
}
