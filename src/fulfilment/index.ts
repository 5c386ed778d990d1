export { BookPaidPi, completeOrder } from './book-paid-pi.ts';
export {
  approvalMailJob,
  bookingJobs,
  bookPaidPiJob,
  mailJob,
  mailJobs,
  paidJobs,
  sendOrderMailJob,
} from './jobs.ts';
export { mailKindOf } from './mail-fits.ts';
export type { MailMoney, MailSum } from './mail-money.ts';
export { nextSending } from './next-sending.ts';
export { remindIfDue } from './remind.ts';
export { type CodeChange, type CorrectedLine, correctLines, withCorrections } from './rules/package-codes.ts';
export { SendOrderMail } from './send-order-mail.ts';
export { BookingCorrection } from './store/booking-correction.entity.ts';
export { correctionsOfOrder, enterCorrections } from './store/booking-corrections.ts';
export { deliveriesOfOrder } from './store/mail-deliveries.ts';
export { OrderMailDelivery } from './store/order-mail-delivery.entity.ts';
export { OrderReminder } from './store/order-reminder.entity.ts';
export { refusedAddressGauge } from './store/refused-addresses.ts';
export { RefusedMailAddress } from './store/refused-mail-address.entity.ts';
export { unsentMailGauge, unsentOfOrder } from './store/unsent-mails.ts';
export { UnsentOrderMail } from './store/unsent-order-mail.entity.ts';
export { formatDate, formatInstant, formatQuantity, oneLine } from './templates/format.ts';
export { type MailKind, type MailLocale, toMailLocale } from './templates/index.ts';
export { MESSAGES as MAIL_MESSAGES } from './templates/messages.ts';
export { reportMails, retryUnsentMails, unsuppressAddresses } from './unsent-mails.ts';
