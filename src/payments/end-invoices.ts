import type { DataSource } from 'typeorm';
import type { TopupOrder } from '../orders/index.ts';
import { byOwner, findInvoice } from './order-invoices.ts';
import type { Invoice, PaymentProvider } from './provider.ts';
import { PAYABLE_STATUSES } from './rules/provider-end.ts';

export interface EndedInvoices {
  /** The invoices for which something was received. If there is one, no other was voided. */
  received: readonly Invoice[];
  /** The ids of the invoices that nobody can pay any more because of this call. */
  voided: readonly string[];
  /** True if the provider does not know the invoice that the order has. */
  isLost: boolean;
}

/**
 * Voids every invoice of the order that the provider knows, by id and by our number, unless something was received for one.
 * An invoice that belongs to another order stays as it is.
 * In contrast to voidInvoices() it accepts that the provider has lost the order's invoice. Idempotent. Throws UpstreamError.
 */
export async function endInvoices(
  database: DataSource,
  provider: PaymentProvider,
  order: TopupOrder,
): Promise<EndedInvoices> {
  const own = order.paymentInvoiceId === null ? undefined : await findInvoice(provider, order.paymentInvoiceId);
  const isLost = order.paymentInvoiceId !== null && own === undefined;
  const found = [...(own === undefined ? [] : [own]), ...(await provider.invoicesOfOrder(order.number))];
  const all = [...new Map(found.map((invoice) => [invoice.id, invoice])).values()];
  const { invoices } = await byOwner(database, provider, order, all);
  const received = invoices.filter(hasReceived);
  const voided: string[] = [];
  if (received.length > 0) return { received, voided, isLost };
  for (const invoice of invoices.filter(({ status }) => PAYABLE_STATUSES.has(status))) {
    if ((await provider.voidInvoice(invoice.id, order.number)) === 'paid')
      return { received: [await provider.invoice(invoice.id)], voided, isLost };
    voided.push(invoice.id);
  }
  return { received, voided, isLost };
}

const hasReceived = ({ status, paid }: Invoice) => status === 'paid' || paid !== null;
