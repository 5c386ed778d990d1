import { times } from './requests.ts';

export interface Dear {
  name: string;
  query: string;
}

/** Roughly the most expensive documents that a buyer may send; each is just within the limits. */
export const DEAREST: readonly Dear[] = [
  {
    name: 'a hundred whole orders',
    query: `{ topupOrders(first: 100) { totalCount edges { cursor node {
      id number status lines { id kind code label quantity credits unitPrice { amount } amount { amount } periodStart periodEnd }
      topupTotal { amount } excessTotal { amount } total { amount currencyCode } quoteExpiresAt paymentUrl paymentExpiresAt
      createdAt confirmedAt paidAt completedAt paidInvoiceNumber timeline { at from to cause } } } } }`,
  },
  {
    name: 'nine whole pages of options',
    query: `{ ${times(
      9,
      (
        index,
      ) => `a${index}: topupOptions { id code label description input minimum step choices { quantity credits price { amount } }
        unitPrice { amount } validUntil asOf excessUsage { amount { amount } } balance { code balance } }`,
    )} }`,
  },
  {
    name: 'options and excess of twenty orders’ organization',
    query: `{ topupOrders(first: 20) { edges { node { id organization { topupOptions { code unitPrice { amount } choices { quantity price { amount } } }
      excessUsages { code amount { amount } } } } } } }`,
  },
  { name: 'the standard introspection', query: '' },
];
