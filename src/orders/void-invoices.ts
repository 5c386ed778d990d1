import type { MekariPay } from '../clients/mekari-pay/invoices.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';

/**
 * Sees to it that nobody can pay for the order any more: voids its invoice, also one that was made but never reached us.
 * "paid": it has been paid, and the payment is to be settled instead. Throws UpstreamError; run again it does the same.
 */
export async function voidInvoices(pay: MekariPay, order: TopupOrder): Promise<'voided' | 'paid'> {
  const invoices =
    order.paymentInvoiceId === null
      ? await pay.invoicesOfOrder(order.number)
      : [await pay.invoice(order.paymentInvoiceId)];
  if (invoices.some(({ status }) => status === 'paid')) return 'paid';
  for (const { id } of invoices.filter(({ status }) => status === 'pending')) {
    if ((await pay.voidInvoice(id, order.number)) === 'paid') return 'paid';
  }
  return 'voided';
}
