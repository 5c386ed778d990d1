export { SendOrderMail, sendOrderMailHandler } from './mail.job.ts';
export { OrderMailDelivery } from './order-mail-delivery.entity.ts';
export { BookPaidPi, bookPaidPiHandler } from './paid-pi.job.ts';
