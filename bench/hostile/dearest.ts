import { times } from './requests.ts';

export interface Dear {
  name: string;
  query: string;
}

const ORDER = `id number status lines { id kind code label quantity credits unitPrice { amount } amount { amount } periodStart periodEnd }
  topupTotal { amount } excessTotal { amount } total { amount currencyCode } quoteExpiresAt paymentUrl paymentExpiresAt
  receivedTotal { amount } outstanding { amount } createdBy { subject } confirmedBy { subject }
  createdAt confirmedAt paidAt completedAt paidInvoiceNumber timeline { at from to cause }`;

const OPTION = `id code label description input minimum step choices { quantity credits price { amount } }
  unitPrice { amount } validUntil asOf excessUsage { amount { amount } } balance { code balance }`;

/** Roughly the most expensive documents that a buyer may send; each is nearly at a limit. */
export const DEAREST: readonly Dear[] = [
  {
    name: 'twice a hundred whole orders',
    query: `{ ${times(2, (index) => `a${index}: topupOrders(first: 100) { totalCount edges { cursor node { ${ORDER} } } }`)} }`,
  },
  {
    name: 'ten whole pages of options',
    query: `{ ${times(10, (index) => `a${index}: topupOptions { ${OPTION} }`)} }`,
  },
  {
    name: 'options and excess of fifty orders’ organization',
    query: `{ topupOrders(first: 54) { edges { node { id organization { topupOptions { code unitPrice { amount } choices { quantity price { amount } } }
      excessUsages { code amount { amount } } } } } } }`,
  },
  { name: 'the standard introspection', query: '' },
];
