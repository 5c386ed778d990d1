export { CheckPayment } from './check-payment.ts';
export { closeOvertakenExceptions } from './close-overtaken.ts';
export { type EndedInvoices, endInvoices } from './end-invoices.ts';
export { CheckPaymentResolver } from './graphql/check-payment.resolver.ts';
export { IssueInvoice } from './issue-invoice.ts';
export { issueInvoiceJob, paymentJobs, reconcileJob, voidInvoiceJob } from './jobs.ts';
export type { Invoice, PaymentProvider } from './provider.ts';
export { Reconcile } from './reconcile.ts';
export { MOVING_OUTCOMES, PAYMENT_EXCEPTIONS } from './rules/decide-payment.ts';
export { settleListed } from './settle-listed.ts';
export { SettlePayment } from './settle-payment.ts';
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
export { creditOrder } from './store/settlement.ts';
export { VoidInvoice } from './void-invoice.ts';
export { DELIVERY_OUTCOMES, webhookRoute } from './webhook.route.ts';
