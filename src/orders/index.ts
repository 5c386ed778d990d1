export { CancelOrder } from './cancel-order.ts';
export { ConfirmOrder } from './confirm-order.ts';
export { CreateOrder, type OrderOutcome } from './create-order.ts';
export { IdempotencyKey } from './idempotency-key.entity.ts';
export { IssueInvoice } from './issue-invoice.ts';
export { topupPeriod } from './line-period.ts';
export { TopupOrder as TopupOrderType } from './order.type.ts';
export { orderAgeGauge, orderGauge } from './order-gauge.ts';
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
export { OrderMutationsResolver, toPayload } from './order-mutations.resolver.ts';
export { TopupUserError } from './order-mutations.type.ts';
export { AWAITS_SETTLEMENT, assertCanMove, ORDER_STATUSES, type OrderStatus, TRANSITIONS } from './order-state.ts';
export { OrdersLoaders } from './orders.loaders.ts';
export { linesOfOrder, orderById, orderOfOrganization, ordersWithIds, theOrder } from './orders.reader.ts';
export {
  OrdersResolver,
  TopupOrderConnectionResolver,
  TopupOrderResolver,
  topupOrderReference,
} from './orders.resolver.ts';
export { QuoteOrder } from './quote-order.ts';
export { TopupOrder } from './topup-order.entity.ts';
export { TopupOrderEvent } from './topup-order-event.entity.ts';
export { type LineKind, TopupOrderLine } from './topup-order-line.entity.ts';
export { appendEvent, type Cause, lockOrder, transition } from './transition.ts';
export { orderNotFound, paymentProviderUnavailable, userError } from './user-error.ts';
export { voidInvoices } from './void-invoices.ts';
