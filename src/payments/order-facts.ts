import { payableOf, type TopupOrder } from '../orders/index.ts';
import type { OrderFacts } from './rules/decide-payment.ts';

export function factsOf(order: TopupOrder): OrderFacts {
  const { status, confirmedAt, paymentProvider: provider, paymentInvoiceId: invoiceId } = order;
  return { status, confirmed: confirmedAt !== null, payable: payableOf(order), provider, invoiceId };
}
