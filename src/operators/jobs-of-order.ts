import type { EntityManager } from 'typeorm';

export interface OrderJob {
  id: string;
  key: string;
  task: string;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  runAt: Date;
  running: boolean;
}

/** The order's jobs in the queue; their keys end in the order's id (orders/order-jobs.ts). */
export function jobsOfOrder(database: Pick<EntityManager, 'query'>, orderId: string): Promise<OrderJob[]> {
  return database.query(
    `select id::text, key, task_identifier as task, attempts, max_attempts as "maxAttempts", last_error as "lastError",
            run_at as "runAt", locked_at is not null as running
     from graphile_worker.jobs where right(key, 36) = $1 order by id`,
    [orderId],
  );
}
