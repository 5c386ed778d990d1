export { BookPaidPi } from './book-paid-pi.ts';
export { sendOrderMailHandler } from './mail.job.ts';
export { OrderMailDelivery } from './order-mail-delivery.entity.ts';
export { bookPaidPiHandler } from './paid-pi.job.ts';
export { mailOfOrder, SendOrderMail } from './send-order-mail.ts';
