export { CancelOrder } from './cancel-order.ts';
export { ClaimsLoader } from './claims-loader.ts';
export { ConfirmOrder } from './confirm-order.ts';
export { CreateOrder, type OrderOutcome } from './create-order.ts';
export { DecideApproval } from './decide-approval.ts';
export { FollowOrder } from './follow-order.ts';
export { ApprovalsResolver } from './graphql/approvals.resolver.ts';
export { ClaimedExcessResolver } from './graphql/claimed-excess.resolver.ts';
export { TopupOrder as TopupOrderType } from './graphql/order.type.ts';
export { OrderChangesResolver, topupOrderChanges } from './graphql/order-changes.resolver.ts';
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
export { TopupPriceChangeLineResolver } from './graphql/price-change.resolver.ts';
export { SettlementPreviewResolver, TopupSettlementResolver } from './graphql/settlement.resolver.ts';
export { toTopupOrder } from './graphql/to-graphql.ts';
export type { Invoicing, IssueOutcome } from './invoicing.ts';
export { pruneDraftsJob } from './jobs.ts';
export { defineOrderJob, type JobOrder, jobOfOrder, orderPayload, payloadOf } from './order-jobs.ts';
export { OrderWatch } from './order-watch.ts';
export { PendingOrdersLoader } from './pending-orders-loader.ts';
export { PruneDrafts } from './prune-drafts.ts';
export { QuoteOrder } from './quote-order.ts';
export { APPROVAL_CAUSES, type ApprovalState } from './rules/approval.ts';
export { END_CAUSES, type EndCause, endCauseOf } from './rules/end-cause.ts';
export { EVENT_KINDS, type EventKind, eventKind } from './rules/event-kind.ts';
export { topupPeriod } from './rules/line-period.ts';
export { type IdentifyOrder, randomIdentity } from './rules/order-identity.ts';
export { isOrderNumber, newOrderNumber } from './rules/order-number.ts';
export { orderPage } from './rules/order-page.ts';
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
  PAYMENT_RECEIVED,
  PAYMENT_REFUSED,
  REFUNDED,
  type ReviewReason,
  reviewReasonOf,
  TRANSITIONS,
  UNDER_REVIEW,
} from './rules/order-state.ts';
export { type OrderTax, orderTaxes, taxName } from './rules/order-taxes.ts';
export { payableOf } from './rules/payable.ts';
export { orderNotFound, paymentProviderUnavailable, userError } from './rules/user-error.ts';
export { SettlementsLoader } from './settlements-loader.ts';
export {
  draftsToExpire,
  ordersAskedSince,
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
export { changesOf, ORDER_CHANGED } from './store/order-changes.ts';
export {
  currentOrder,
  eventsOfOrders,
  isOrderOf,
  linesOfNumber,
  linesOfOrder,
  linesOfOrders,
  lockOrder,
  numberOfOrder,
  numbersOfOrganization,
  orderById,
  orderOfNumber,
  orderOfOrganization,
  orderWithInvoice,
  payableOfOrder,
} from './store/orders.ts';
export { type OrderOfLine, ordersOfLines } from './store/orders-of-lines.ts';
export { ReplacedQuote } from './store/replaced-quote.entity.ts';
export {
  linesOfQuote,
  orderOfQuote,
  orderWithDetails,
  type Replacement,
  replacementsOfOrders,
} from './store/replaced-quotes.ts';
export {
  approvalOfOrder,
  endOfOrder,
  isApproved,
  listOrders,
  orderNumbered,
  orderNumberOf,
  ordersNumbered,
  orderWithPi,
  timelineOf,
} from './store/reports.ts';
export { type AwaitedSlip, awaitedSlips, setSlip, type WithholdingSlip } from './store/slips.ts';
export { type StepsOfOrder, stepsOfNumber, stepsSince } from './store/steps-to-replay.ts';
export { isExcessPaidTwice } from './store/taken-excess.ts';
export { TopupOrder } from './store/topup-order.entity.ts';
export { TopupOrderEvent } from './store/topup-order-event.entity.ts';
export { TopupOrderLine } from './store/topup-order-line.entity.ts';
export { SubmitOrder } from './submit-order.ts';
export { WaitForOrder } from './wait-for-order.ts';
export { WaiterLimit } from './waiter-limit.ts';
