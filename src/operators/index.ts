export { type ApprovedPayment, approvePayment } from './approve-payment.ts';
export { type CancelledOrder, cancelOrder } from './cancel-order.ts';
export { closePaymentException } from './close-payment-exception.ts';
export type { Decided, MoneyDecision } from './decide-on-money.ts';
export { asOptions, describeSums } from './describe-sums.ts';
export { dropStuckJob, subjectOfJob } from './drop-job.ts';
export { RECONCILIATION_CRONTAB, runReconciliationHandler, startOfDayBeforeYesterday } from './jobs.ts';
export { type ListedException, listExceptions } from './list-exceptions.ts';
export { OperatorRefusal, type Signed, signed } from './operator-refusal.ts';
export { type OrderReport, reportOrder } from './order-report.ts';
export { outstandingExcessAt } from './outstanding-excess.ts';
export { completeByHand, rebookOrder } from './rebook-order.ts';
export {
  type Finding,
  type ReconcileParts,
  type ReconcileSummary,
  reconcileInvoices,
} from './reconcile-invoices.ts';
export { type GiveBackRequest, recordGiveBack } from './record-give-back.ts';
export { recordSlip, type SlipRequest } from './record-slip.ts';
export { type Refund, type RefundRequest, refundOrder } from './refund-order.ts';
export { retryOrder, sendMailAgain } from './retry-order.ts';
