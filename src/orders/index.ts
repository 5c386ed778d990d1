export { CancelOrder } from './cancel-order.ts';
export { ConfirmOrder } from './confirm-order.ts';
export { CreateOrder, type OrderOutcome } from './create-order.ts';
export { TopupOrder as TopupOrderType } from './graphql/order.type.ts';
export { OrderMutationsResolver, toPayload } from './graphql/order-mutations.resolver.ts';
export { TopupUserError } from './graphql/order-mutations.type.ts';
export { OrdersLoaders } from './graphql/orders.loaders.ts';
export {
  OrdersResolver,
  TopupOrderConnectionResolver,
  TopupOrderResolver,
  topupOrderReference,
} from './graphql/orders.resolver.ts';
export { IssueInvoice } from './issue-invoice.ts';
export {
  bookPaidPiJob,
  enqueueForOrder,
  enqueueMail,
  issueInvoiceJob,
  jobOfOrder,
  type MailKind,
  mailJobKey,
  mailOfOrder,
  sendOrderMailJob,
  voidInvoiceJob,
} from './order-jobs.ts';
export { QuoteOrder } from './quote-order.ts';
export { topupPeriod } from './rules/line-period.ts';
export {
  AWAITS_SETTLEMENT,
  assertCanMove,
  ORDER_STATUSES,
  type OrderStatus,
  TRANSITIONS,
} from './rules/order-state.ts';
export { orderNotFound, paymentProviderUnavailable, userError } from './rules/user-error.ts';
export { IdempotencyKey } from './store/idempotency-key.entity.ts';
export { orderAgeGauge, orderGauge } from './store/order-gauge.ts';
export { linesOfOrder, orderById, orderOfOrganization, ordersWithIds, theOrder } from './store/orders.reader.ts';
export { TopupOrder } from './store/topup-order.entity.ts';
export { TopupOrderEvent } from './store/topup-order-event.entity.ts';
export { type LineKind, TopupOrderLine } from './store/topup-order-line.entity.ts';
export { appendEvent, type Cause, lockOrder, transition } from './store/transition.ts';
export { voidInvoices } from './void-invoices.ts';
