import type { EntityManager } from 'typeorm';
import { jobsWithKeyEnding, type QueuedJob } from '../platform/jobs/store/jobs-by-key.ts';

export type OrderJob = QueuedJob;

/** Returns the order's jobs in the queue. Their keys end in the order's id (orders/order-jobs.ts). */
export function jobsOfOrder(database: Pick<EntityManager, 'query'>, orderId: string): Promise<OrderJob[]> {
  return jobsWithKeyEnding(database, orderId);
}
