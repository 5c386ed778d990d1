import { gql } from '@apollo/client';

/*
 * The operations of a page with Apollo Client, which the bench sends and the peers answer. They do not follow the example page, so that
 * figures of different days compare.
 */

const EXCESS_FIELDS =
  'id code label period quantity unitPrice { amount currencyCode } amount { amount currencyCode } claimedBy { id number }';
const SUMMARY_FIELDS = 'id number status total { amount currencyCode } createdAt paidInvoiceNumber';
const ORDER_FIELDS = `${SUMMARY_FIELDS}
  lines { id kind code label quantity credits unitPrice { amount currencyCode } amount { amount currencyCode }
    periodStart periodEnd }
  topupTotal { amount currencyCode } excessTotal { amount currencyCode }
  quoteExpiresAt paymentUrl paymentExpiresAt confirmedAt paidAt completedAt
  receivedTotal { amount currencyCode } outstanding { amount currencyCode } reviewReason
  timeline { at from to cause kind }`;
const USER_ERROR_FIELDS = 'userErrors { code message field suggestedQuantity retryable order { id number } }';

/**
 * Reads the whole page in one request. Organization belongs to another subgraph: through a gateway this uses that subgraph's
 * field, without one it reads the same entity by its key.
 */
export const TOPUP_PAGE = gql`query TopupPage($organization: [_Any!]!) {
  _entities(representations: $organization) {
    ... on Organization {
      id topupEligibility { newPageEnabled orderingEnabled reasons } quotaBalances { code balance }
    }
  }
  excessUsages { ${EXCESS_FIELDS} }
  topupOptions {
    id code label description input minimum maximum step multiplier
    choices { quantity credits price { amount currencyCode } }
    unitPrice { amount currencyCode } priceSource quotaType validUntil
    excessUsage { ${EXCESS_FIELDS} } balance { code balance }
  }
}`;

export const ORDER = gql`query TopupOrder($id: ID!) {
  topupOrder(id: $id) { ${ORDER_FIELDS} }
}`;

export const ORDERS = gql`query TopupOrders($first: Int!, $after: String, $status: [TopupOrderStatus!]) {
  topupOrders(first: $first, after: $after, status: $status) {
    edges { cursor node { ${SUMMARY_FIELDS} } } pageInfo { endCursor hasNextPage } totalCount
  }
}`;

export const CREATE_ORDER = gql`mutation CreateTopupOrder($input: CreateTopupOrderInput!) {
  createTopupOrder(input: $input) { order { ${ORDER_FIELDS} } ${USER_ERROR_FIELDS} }
}`;

export const CONFIRM_ORDER = gql`mutation ConfirmOrder($input: ConfirmOrderInput!) {
  confirmOrder(input: $input) {
    order { ${ORDER_FIELDS} } ${USER_ERROR_FIELDS}
    priceChange { oldTotal { amount currencyCode } newTotal { amount currencyCode } }
  }
}`;
