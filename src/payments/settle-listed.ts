import type { ListedInvoice } from './provider.ts';
import type { Settlement, SettlePayment } from './settle-payment.ts';

/**
 * Settles a paid invoice of the provider's list as a webhook would. For an order that we do not have, or that was never
 * confirmed, it enters an exception, which stays open until an operator closes it. A repeat changes nothing.
 */
export function settleListed(payments: SettlePayment, provider: string, invoice: ListedInvoice): Promise<Settlement> {
  const { id, paid, refunded, paymentMethod, externalId: orderNumber } = invoice;
  const paidAt = invoice.paidAt instanceof Date ? invoice.paidAt : null;
  return payments.settle({
    provider,
    source: 'poll',
    // An id of its own: the order may come back, and its poll must not take this payment for one that it has settled.
    eventId: `listed:${id}:paid:${paid?.text ?? 0}:${paidAt?.toISOString() ?? ''}`,
    notice: {
      type: 'invoice.paid',
      orderNumber,
      invoiceId: id,
      paid,
      refunded,
      currency: paid?.currency ?? 'IDR',
      paidAt,
      paymentMethod,
    },
  });
}
