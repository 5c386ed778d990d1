import type { DataSource } from 'typeorm';
import type { TopupOrder } from '../orders/index.ts';
import { mailJob } from './jobs.ts';
import { remindersDue } from './rules/reminder-due.ts';
import { enqueueReminder } from './store/order-reminders.ts';

/**
 * Reminds of an order that the provider has just called unpaid, if half of its time is over or its last two hours have begun. A missed
 * first reminder is not sent beside the second one. The mail looks at the order again when it is sent.
 */
export async function remindIfDue(database: DataSource, order: TopupOrder, now: Date): Promise<void> {
  if (order.status !== 'PENDING_PAYMENT' || order.paymentUrl === null) return;
  const sending = remindersDue(order, now);
  if (sending === 0) return;
  const mail = mailJob('payment_reminder', order, { sending });
  await enqueueReminder(database, { orderId: order.id, sending, enqueuedAt: now }, mail);
}
