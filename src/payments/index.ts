export { CheckPayment } from './check-payment.ts';
export { closeGivenBack } from './close-given-back.ts';
export { EndByProvider } from './end-by-provider.ts';
export { type EndedInvoices, endInvoices } from './end-invoices.ts';
export { enterGiveBack } from './enter-give-back.ts';
export { CheckPaymentResolver } from './graphql/check-payment.resolver.ts';
export { PaymentExceptionResolver, PaymentExceptionsResolver } from './graphql/payment-exceptions.resolver.ts';
export { PaymentsLoader } from './graphql/payments.loader.ts';
export { PaymentsResolver } from './graphql/payments.resolver.ts';
export { IssueInvoice } from './issue-invoice.ts';
export { issueInvoiceJob, paymentJobs, reconcileJob, voidInvoiceJob } from './jobs.ts';
export { ListExceptions } from './list-exceptions.ts';
export { mailMoneyOf } from './mail-money.ts';
export { paymentsIn } from './mail-of-answer.ts';
export { everyInvoiceOf } from './order-invoices.ts';
export { moneyOfOrder, type OrderMoney, type Sums, withForeign } from './order-money.ts';
export type { Invoice, ListedInvoice, PaymentProvider } from './provider.ts';
export { Reconcile } from './reconcile.ts';
export { reportMoney } from './report-money.ts';
export { ReportOthers } from './report-others.ts';
export { outcomeReporter, type ReportOutcome } from './report-outcome.ts';
export { ReviewUnreadable } from './review-unreadable.ts';
export { SYSTEM_ACTOR, TO_GIVE_BACK } from './rules/give-back.ts';
export { PAYMENT_EXCEPTIONS } from './rules/payment-outcomes.ts';
export { PAYABLE_STATUSES } from './rules/provider-end.ts';
export { settleListed } from './settle-listed.ts';
export { SettlePayment } from './settle-payment.ts';
export { SettleReceived } from './settle-received.ts';
export { insertGiveBack } from './store/give-backs.ts';
export type { MoneyOfDay } from './store/money-of-day.ts';
export { OrderGiveBack } from './store/order-give-back.entity.ts';
export { OrderPayment } from './store/order-payment.entity.ts';
export { invoiceIdsOf, paymentsOfOrders } from './store/order-payments.ts';
export { PaymentEvent } from './store/payment-event.entity.ts';
export { eventsOfOrder, hasPaymentEvent } from './store/payment-events.ts';
export { PaymentExceptionClosing } from './store/payment-exception-closing.entity.ts';
export {
  enterClosing,
  findEvent,
  invoicesWithClosedExceptions,
  type OpenPayment,
  openPaymentAgeGauge,
  openPayments,
  openPaymentsGauge,
  reviewedPayment,
} from './store/payment-exceptions.ts';
export { PaymentLookupFailure } from './store/payment-lookup-failure.entity.ts';
export { creditOrder } from './store/settlement.ts';
export { VoidInvoice } from './void-invoice.ts';
export { DELIVERY_OUTCOMES, webhookRoute } from './webhook.route.ts';
