export { BookPaidPi, completeOrder } from './book-paid-pi.ts';
export { bookPaidPiJob, fulfilmentJobs, mailJob, mailKey, paidPiJob } from './jobs.ts';
export { type CodeChange, type CorrectedLine, correctLines, withCorrections } from './rules/package-codes.ts';
export { mailKindOf, SendOrderMail } from './send-order-mail.ts';
export { BookingCorrection } from './store/booking-correction.entity.ts';
export { correctionsOfOrder, enterCorrections } from './store/booking-corrections.ts';
export { deliveriesOfOrder, lastSendingOfKind } from './store/mail-deliveries.ts';
export { OrderMailDelivery } from './store/order-mail-delivery.entity.ts';
export type { MailKind } from './templates/index.ts';
