import type { TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

export { possibleTypes } from './possible-types.ts';

/** A part of its parent, without an id: an answer that asks for less of it leaves the rest. */
const PART = { keyFields: false, merge: true } as const;
/** A newer answer replaces a list as a whole. */
const REPLACED = { merge: false } as const;

/** Policies for the InMemoryCache of Apollo Client 4. */
export const typePolicies: TypePolicies = {
  Query: {
    fields: {
      topupOrders: relayStylePagination(['organizationId', 'status']),
      // Shows a mutation's answer at once. The query still fetches.
      topupOrder: {
        read: (cached, { args, toReference }) =>
          cached === undefined ? toReference({ __typename: 'TopupOrder', id: args?.['id'] }) : cached,
      },
    },
  },
  Organization: {
    fields: {
      topupOrders: relayStylePagination(['status']),
      topupOptions: REPLACED,
      excessUsages: REPLACED,
      quotaBalances: REPLACED,
      unavailableTopupOptions: REPLACED,
    },
  },
  TopupOption: { fields: { choices: REPLACED } },
  TopupOrder: { fields: { lines: REPLACED, timeline: REPLACED, payments: REPLACED } },
  Money: PART,
  TopupActor: PART,
  TopupChoice: PART,
  TopupEligibility: PART,
  TopupPermissions: PART,
  ExcessSummary: PART,
  TopupOrderEvent: PART,
  UnavailableTopupOption: PART,
  HiddenTopupOption: PART,
};
