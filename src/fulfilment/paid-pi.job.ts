import { bookPaidPiJob } from '../orders/index.ts';
import { handle, type JobHandler } from '../platform/jobs/worker.ts';
import type { BookPaidPi } from './book-paid-pi.ts';

export function bookPaidPiHandler(paidPi: BookPaidPi): JobHandler {
  return handle(bookPaidPiJob, ({ orderId }) => paidPi.book(orderId));
}
