export { CancelOrder } from './cancel-order.ts';
export { ClaimsLoader } from './claims-loader.ts';
export { ConfirmOrder } from './confirm-order.ts';
export { CreateOrder, type OrderOutcome } from './create-order.ts';
export { ClaimedExcessResolver } from './graphql/claimed-excess.resolver.ts';
export { TopupOrder as TopupOrderType } from './graphql/order.type.ts';
export { OrderMutationsResolver, TopupUserErrorResolver, toPayload } from './graphql/order-mutations.resolver.ts';
export { TopupUserError } from './graphql/order-mutations.type.ts';
export { OrdersLoaders } from './graphql/orders.loaders.ts';
export {
  OrdersResolver,
  TopupOrderConnectionResolver,
  TopupOrderLineResolver,
  TopupOrderResolver,
  topupOrderReference,
} from './graphql/orders.resolver.ts';
export { PendingOrderResolver } from './graphql/pending-order.resolver.ts';
export type { Invoicing, IssueOutcome } from './invoicing.ts';
export { pruneDraftsJob } from './jobs.ts';
export { defineOrderJob, type JobOrder, jobOfOrder, type OrderPayload, orderPayload, payloadOf } from './order-jobs.ts';
export { PendingOrdersLoader } from './pending-orders-loader.ts';
export { PruneDrafts } from './prune-drafts.ts';
export { QuoteOrder } from './quote-order.ts';
export { END_CAUSES, type EndCause, endCauseOf } from './rules/end-cause.ts';
export { type LinePeriod, topupPeriod } from './rules/line-period.ts';
export { type IdentifyOrder, randomIdentity } from './rules/order-identity.ts';
export { isOrderNumber, newOrderNumber } from './rules/order-number.ts';
export {
  AWAITS_BOOKING,
  AWAITS_PAYMENT,
  AWAITS_SETTLEMENT,
  type Cause,
  COMPLETED,
  CREDITED,
  canMove,
  GIVEN_UP,
  ORDER_STATUSES,
  type OrderStatus,
  PAYMENT_REFUSED,
  REFUNDED,
  REVIEW_REASONS,
  type ReviewReason,
  TRANSITIONS,
  UNDER_REVIEW,
} from './rules/order-state.ts';
export { payableOf } from './rules/payable.ts';
export { orderNotFound, paymentProviderUnavailable, userError } from './rules/user-error.ts';
export {
  countAskedSince,
  draftsToExpire,
  ordersToPoll,
  ordersToPollLate,
  overdueReviews,
  reviewsToPoll,
  setPaymentChecked,
  shortenPayment,
  withdrawLink,
} from './store/due-orders.ts';
export { orderAgeGauge, orderGauge } from './store/gauges.ts';
export { IdempotencyKey } from './store/idempotency-key.entity.ts';
export {
  awaitsPayment,
  invoiceUpdate,
  isGivenUp,
  moveOrder,
  orderPaidThrough,
  ordersUnderReview,
  periodsUpdate,
  recordStep,
  setReviewReason,
  statusUpdate,
  stepInsert,
  unchangedForUpdate,
} from './store/moves.ts';
export {
  currentOrder,
  linesOfNumber,
  linesOfOrder,
  lockOrder,
  numberOfOrder,
  numbersOfOrganization,
  orderById,
  orderIdOf,
  orderOfNumber,
  orderOfOrganization,
  ordersWithInvoices,
} from './store/orders.ts';
export {
  endOfOrder,
  isApproved,
  listOrders,
  orderNumbered,
  orderNumberOf,
  ordersNumbered,
  orderWithPi,
  timelineOf,
} from './store/reports.ts';
export { isExcessPaidTwice } from './store/taken-excess.ts';
export { TopupOrder } from './store/topup-order.entity.ts';
export { TopupOrderEvent } from './store/topup-order-event.entity.ts';
export { TopupOrderLine } from './store/topup-order-line.entity.ts';
