import { z } from 'zod';
import {
  type ApprovalState,
  defineOrderJob,
  type JobOrder,
  jobOfOrder,
  orderPayload,
  payloadOf,
} from '../orders/index.ts';
import { defineJob, type JobHandler, type NewJob, newJob, PRIORITIES } from '../platform/jobs/job.ts';
import type { OrderMail } from './send-order-mail.ts';
import { MAIL_KINDS, type MailKind } from './templates/index.ts';

/** Books the paid PI at accounting and completes the order. */
export const bookPaidPiJob = defineOrderJob('book_paid_pi', PRIORITIES.booking);

/**
 * Sends one kind of mail about an order to its billing contacts. `sending` counts from 1; a further mail of the kind takes the next
 * number. `changes` says how many changes of the received sum the mail tells of: if there are more by now, another mail was enqueued
 * with them, and this one is dropped. An operator's resend has none.
 */
export const sendOrderMailJob = defineJob({
  name: 'send_order_mail',
  payload: orderPayload.extend({
    kind: z.enum(MAIL_KINDS),
    sending: z.int().min(1).default(1),
    changes: z.int().min(0).optional(),
  }),
  priority: PRIORITIES.mail,
});

/** The jobs that a credit enqueues: its booking and the receipt, which tells of `payments`. Neither waits for the other. */
export const paidJobs = (order: JobOrder, payments: number): readonly NewJob[] => [
  jobOfOrder(bookPaidPiJob, order),
  mailJob('payment_received', order, { changes: payments }),
];

const MAIL_OF_APPROVAL = {
  PENDING: 'approval_requested',
  APPROVED: 'order_approved',
  REJECTED: 'order_rejected',
} as const;

/** The mail about the present state of a draft's approval; `sending` counts the steps that have made that state. */
export const approvalMailJob = (state: ApprovalState, order: JobOrder, sending: number): NewJob =>
  mailJob(MAIL_OF_APPROVAL[state], order, { sending });

interface Sending {
  sending?: number;
  changes?: number;
}

export function mailJob(kind: MailKind, order: JobOrder, { sending = 1, changes }: Sending = {}): NewJob {
  const payload = { ...payloadOf(order), kind, sending, changes };
  return newJob(sendOrderMailJob, payload, { key: mailKey(kind, order, sending) });
}

/**
 * Identifies one job per order, kind and sending, so that a second enqueue replaces the waiting job. It ends in the
 * order's id, like the keys of all jobs of an order.
 */
export function mailKey(kind: MailKind, { id }: Pick<JobOrder, 'id'>, sending: number): string {
  const purpose = sending === 1 ? kind : `${kind}:${sending}`;
  return `${sendOrderMailJob.name}:${purpose}:${id}`;
}

interface FulfilmentWork {
  bookPaidPi(orderId: string): Promise<void>;
  sendOrderMail(mail: OrderMail, stopping: AbortSignal): Promise<void>;
}

export const bookingJobs = (work: Pick<FulfilmentWork, 'bookPaidPi'>): JobHandler[] => [
  bookPaidPiJob.handle(({ orderId }) => work.bookPaidPi(orderId)),
];

export const mailJobs = (work: Pick<FulfilmentWork, 'sendOrderMail'>): JobHandler[] => [
  sendOrderMailJob.handle(({ kind, orderId, sending, changes }, { enqueuedAt, stopping }) =>
    work.sendOrderMail({ kind, orderId, sending, changes, enqueuedAt }, stopping),
  ),
];
