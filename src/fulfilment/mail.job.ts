import { sendOrderMailJob } from '../orders/index.ts';
import { handle, type JobHandler } from '../platform/jobs/worker.ts';
import type { SendOrderMail } from './send-order-mail.ts';

export function sendOrderMailHandler(mails: SendOrderMail): JobHandler {
  return handle(sendOrderMailJob, ({ kind, orderId, sending }) => mails.send(kind, orderId, sending));
}
