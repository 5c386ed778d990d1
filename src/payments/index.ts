export { CheckPaymentResolver } from './check-payment.resolver.ts';
export { CheckPayment } from './check-payment.ts';
export { decidePayment, type PaymentNotice, type PaymentOutcome } from './decide-payment.ts';
export { issueInvoiceHandler } from './issue-invoice.job.ts';
export { PaymentEvent } from './payment-event.entity.ts';
export { Reconcile, reconcileTask } from './reconcile.job.ts';
export { SettlePayment } from './settle-payment.ts';
export { mekariPayWebhook } from './webhook.route.ts';
export { createWebhookVerifier } from './webhook-signature.ts';
