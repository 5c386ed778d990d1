import { z } from 'zod';
import { defineJob, type EnqueueOptions, type JobDefinition, type NewJob, newJob } from '../platform/jobs/job.ts';

/** The part of an order that its jobs carry, so that their log lines and spans belong to the order's trace. */
export interface JobOrder {
  id: string;
  organizationId: string;
  correlationId: string;
  traceParent: string | null;
}

/** The worker reads `traceparent`. An order that was never traced has none. */
export const orderPayload = z.object({
  orderId: z.uuid(),
  /** Jobs of the previous version have none. */
  organizationId: z.string().optional(),
  correlationId: z.string(),
  traceparent: z.string().optional(),
});
export type OrderPayload = z.output<typeof orderPayload>;

export const defineOrderJob = (name: string, priority: number): JobDefinition<OrderPayload> =>
  defineJob({ name, payload: orderPayload, priority });

export const payloadOf = ({ id, organizationId, correlationId, traceParent }: JobOrder): OrderPayload => ({
  orderId: id,
  organizationId,
  correlationId,
  traceparent: traceParent ?? undefined,
});

/** Builds one job per order and job name: a second enqueue replaces the waiting job. The key ends in the order's id. */
export function jobOfOrder(
  job: JobDefinition<OrderPayload>,
  order: JobOrder,
  options: Omit<EnqueueOptions, 'key'> = {},
): NewJob {
  return newJob(job, payloadOf(order), { ...options, key: `${job.name}:${order.id}` });
}
