import { z } from 'zod';
import { defineJob, type EnqueueOptions, type JobDefinition, type NewJob, newJob } from '../platform/jobs/job.ts';

/** The part of an order that its jobs carry along: log lines and spans of a job belong to the order's trace. */
export interface JobOrder {
  id: string;
  correlationId: string;
  traceParent: string | null;
}

/** `traceparent` is read by the worker. Jobs of an order that was never traced have none. */
export const orderPayload = z.object({
  orderId: z.uuid(),
  correlationId: z.string(),
  traceparent: z.string().optional(),
});
export type OrderPayload = z.output<typeof orderPayload>;

export const defineOrderJob = (name: string): JobDefinition<OrderPayload> => defineJob({ name, payload: orderPayload });

export const payloadOf = ({ id, correlationId, traceParent }: JobOrder): OrderPayload => ({
  orderId: id,
  correlationId,
  traceparent: traceParent ?? undefined,
});

/** One job per order and purpose: enqueued again it is still one. Its key ends in the order's id. */
export function jobOfOrder(
  job: JobDefinition<OrderPayload>,
  order: JobOrder,
  options: Omit<EnqueueOptions, 'key'> = {},
): NewJob {
  return newJob(job, payloadOf(order), { ...options, key: `${job.name}:${order.id}` });
}
