export { approvePayment } from './approve-payment.ts';
export { OperatorRefusal, type Signed, signed } from './operator-refusal.ts';
export { listOrders, type OrderReport, reportOrder } from './order-report.ts';
export { type OutstandingExcess, outstandingExcessAt } from './outstanding-excess.ts';
export { closePaymentException, type OpenPayment, openPayments, openPaymentsGauge } from './payment-exceptions.ts';
export { type Refund, refundOrder } from './refund-order.ts';
export { retryOrder, sendMailAgain } from './retry-order.ts';
export { PaymentExceptionClosing } from './store/payment-exception-closing.entity.ts';
