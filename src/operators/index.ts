export { approvePayment } from './approve-payment.ts';
export { closePaymentException } from './close-payment-exception.ts';
export { OperatorRefusal, type Signed, signed } from './operator-refusal.ts';
export { type OrderReport, reportOrder } from './order-report.ts';
export { type OutstandingExcess, outstandingExcessAt } from './outstanding-excess.ts';
export { type Refund, refundOrder } from './refund-order.ts';
export { retryOrder, sendMailAgain } from './retry-order.ts';
