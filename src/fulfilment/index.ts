export { BookPaidPi } from './book-paid-pi.ts';
export { bookPaidPiJob, fulfilmentJobs, mailJob, mailKey, paidPiJob } from './jobs.ts';
export { mailKindOf, SendOrderMail } from './send-order-mail.ts';
export { deliveriesOfOrder, lastSendingOfKind } from './store/mail-deliveries.ts';
export { OrderMailDelivery } from './store/order-mail-delivery.entity.ts';
export type { MailKind } from './templates/index.ts';
