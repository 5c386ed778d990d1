import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import {
  addJob,
  defineJob,
  type EnqueueOptions,
  type JobDefinition,
  type JobValues,
  jobValues,
} from '../platform/jobs/job.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';

/** `traceparent` is read by whoever runs jobs. Those of an order that was never traced have none. */
const orderPayload = z.object({ orderId: z.uuid(), correlationId: z.string(), traceparent: z.string().optional() });
export type OrderJobPayload = z.output<typeof orderPayload>;

export const MAIL_KINDS = ['awaiting_payment', 'payment_received', 'order_expired', 'payment_under_review'] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
/** `sending` counts from 1; an operator who asks for a mail again makes the next one. */
const mailPayload = orderPayload.extend({ kind: z.enum(MAIL_KINDS), sending: z.int().min(1).default(1) });

/** What goes on after a transaction of an order (domain.md 10). Handlers: payments/, fulfilment/. */
export const issueInvoiceJob = defineJob('issue_invoice', orderPayload);
export const voidInvoiceJob = defineJob('void_invoice', orderPayload);
export const bookPaidPiJob = defineJob('book_paid_pi', orderPayload);
export const sendOrderMailJob = defineJob('send_order_mail', mailPayload);

type Order = Pick<TopupOrder, 'id' | 'correlationId' | 'traceParent'>;

const payloadOf = ({ id, correlationId, traceParent }: Order): OrderJobPayload => ({
  orderId: id,
  correlationId,
  traceparent: traceParent ?? undefined,
});

/** One job per order and purpose: enqueued again it is still one. */
export function jobOfOrder(
  job: JobDefinition<OrderJobPayload>,
  order: Order,
  options: Omit<EnqueueOptions, 'key'> = {},
): JobValues {
  return jobValues(job, payloadOf(order), { ...options, key: `${job.name}:${order.id}` });
}

export function mailOfOrder(kind: MailKind, order: Order, sending = 1): JobValues {
  return jobValues(sendOrderMailJob, { ...payloadOf(order), kind, sending }, { key: mailJobKey(kind, order, sending) });
}

export function mailJobKey(kind: MailKind, order: Pick<Order, 'id'>, sending: number): string {
  const purpose = sending === 1 ? kind : `${kind}:${sending}`;
  return `${sendOrderMailJob.name}:${purpose}:${order.id}`;
}

export function enqueueForOrder(
  tx: EntityManager,
  job: JobDefinition<OrderJobPayload>,
  order: Order,
  options: Omit<EnqueueOptions, 'key'> = {},
): Promise<void> {
  return addJob(tx, jobOfOrder(job, order, options));
}

export function enqueueMail(tx: EntityManager, kind: MailKind, order: Order, sending = 1): Promise<void> {
  return addJob(tx, mailOfOrder(kind, order, sending));
}
