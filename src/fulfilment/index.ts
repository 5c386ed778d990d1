export { BookPaidPi } from './book-paid-pi.ts';
export { sendOrderMailHandler } from './mail.job.ts';
export { bookPaidPiHandler } from './paid-pi.job.ts';
export { mailOfOrder, SendOrderMail } from './send-order-mail.ts';
export { OrderMailDelivery } from './store/order-mail-delivery.entity.ts';
