import { gql, type TypedDocumentNode } from '@apollo/client';
import type { Decimal } from '../money.ts';
import type {
  Eligibility,
  ExcessUsage,
  Order,
  OrderItem,
  OrderStatus,
  OrderSummary,
  PriceChange,
  QuotaBalance,
  TopupOption,
  UserError,
} from './types.ts';

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
export const TOPUP_PAGE: TypedDocumentNode<
  {
    topupOptions: TopupOption[] | null;
    excessUsages: ExcessUsage[] | null;
    _entities: ({ id: string; topupEligibility: Eligibility | null; quotaBalances: QuotaBalance[] | null } | null)[];
  },
  { organization: { __typename: 'Organization'; id: string }[] }
> = gql`query TopupPage($organization: [_Any!]!) {
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

export const ORDER: TypedDocumentNode<{ topupOrder: Order | null }, { id: string }> = gql`query TopupOrder($id: ID!) {
  topupOrder(id: $id) { ${ORDER_FIELDS} }
}`;

export const ORDER_EXISTS: TypedDocumentNode<{ topupOrder: { id: string } | null }, { id: string }> =
  gql`query TopupOrderExists($id: ID!) { topupOrder(id: $id) { id } }`;

export interface OrderPage {
  edges: { cursor: string; node: OrderSummary }[];
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
  totalCount: number;
}

export const ORDERS: TypedDocumentNode<
  { topupOrders: OrderPage | null },
  { first: number; after?: string | null; status: readonly OrderStatus[] | null }
> = gql`query TopupOrders($first: Int!, $after: String, $status: [TopupOrderStatus!]) {
  topupOrders(first: $first, after: $after, status: $status) {
    edges { cursor node { ${SUMMARY_FIELDS} } } pageInfo { endCursor hasNextPage } totalCount
  }
}`;

export interface Payload {
  order: Order | null;
  userErrors: UserError[];
  priceChange?: PriceChange | null;
}

export const CREATE_ORDER: TypedDocumentNode<
  { createTopupOrder: Payload | null },
  { input: { items: OrderItem[]; idempotencyKey: string } }
> = gql`mutation CreateTopupOrder($input: CreateTopupOrderInput!) {
  createTopupOrder(input: $input) { order { ${ORDER_FIELDS} } ${USER_ERROR_FIELDS} }
}`;

export const CONFIRM_ORDER: TypedDocumentNode<
  { confirmOrder: Payload | null },
  { input: { orderId: string; expectedTotal: Decimal; idempotencyKey: string } }
> = gql`mutation ConfirmOrder($input: ConfirmOrderInput!) {
  confirmOrder(input: $input) {
    order { ${ORDER_FIELDS} } ${USER_ERROR_FIELDS}
    priceChange { oldTotal { amount currencyCode } newTotal { amount currencyCode } }
  }
}`;

type ByOrderId = { input: { orderId: string } };

export const CANCEL_ORDER: TypedDocumentNode<{ cancelTopupOrder: Payload | null }, ByOrderId> =
  gql`mutation CancelTopupOrder($input: CancelTopupOrderInput!) {
  cancelTopupOrder(input: $input) { order { ${ORDER_FIELDS} } ${USER_ERROR_FIELDS} }
}`;

export const CHECK_PAYMENT: TypedDocumentNode<{ checkTopupPayment: Payload | null }, ByOrderId> =
  gql`mutation CheckTopupPayment($input: CheckTopupPaymentInput!) {
  checkTopupPayment(input: $input) { order { ${ORDER_FIELDS} } ${USER_ERROR_FIELDS} }
}`;
