import type { TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

export { possibleTypes } from './possible-types.ts';

/** A part of its parent, without an id: an answer that asks for less of it leaves the rest. */
const PART = { keyFields: false, merge: true } as const;
/** A newer answer replaces a list as a whole. */
const REPLACED = { merge: false } as const;

/** The arguments that select orders, beside those that turn the pages. */
const ORDER_FILTER = ['status', 'createdAfter', 'createdBefore', 'number'];

/** Policies for the InMemoryCache of Apollo Client 4. */
export const typePolicies: TypePolicies = {
  Query: {
    fields: {
      topupOrders: relayStylePagination(['organizationId', ...ORDER_FILTER]),
      paymentExceptions: relayStylePagination(['organizationId']),
      // Shows a mutation's answer at once. The query still fetches.
      topupOrder: {
        read: (cached, { args, toReference }) =>
          cached === undefined ? toReference({ __typename: 'TopupOrder', id: args?.['id'] }) : cached,
      },
    },
  },
  Organization: {
    fields: {
      topupOrders: relayStylePagination(ORDER_FILTER),
      topupOptions: REPLACED,
      excessUsages: REPLACED,
      quotaBalances: REPLACED,
      unavailableTopupOptions: REPLACED,
    },
  },
  TopupOption: { fields: { choices: REPLACED, taxes: REPLACED } },
  TopupOrder: {
    fields: {
      lines: REPLACED,
      timeline: REPLACED,
      payments: REPLACED,
      documents: REPLACED,
      settlementPreview: REPLACED,
    },
  },
  Money: PART,
  TopupActor: PART,
  TopupApproval: PART,
  TopupChoice: PART,
  TopupDocument: PART,
  TopupEligibility: PART,
  TopupPermissions: PART,
  ExcessSummary: PART,
  TopupOrderEvent: PART,
  TopupSettlement: PART,
  TopupTax: PART,
  UnavailableTopupOption: PART,
  HiddenTopupOption: PART,
};
