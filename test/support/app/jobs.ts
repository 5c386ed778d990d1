import type { TestApp } from './app.ts';
import { until } from './purchase.ts';

export interface QueuedJob {
  id: string;
  key: string;
  task: string;
  attempts: number;
  last_error: string | null;
  locked_by: string | null;
}

/** The jobs whose key ends with this text: an order's id selects all of its jobs. */
export function queuedJobs({ db }: Pick<TestApp, 'db'>, keySuffix: string): Promise<QueuedJob[]> {
  return db.query<QueuedJob>(
    `select id::text, key, task_identifier as task, attempts, last_error, locked_by
     from graphile_worker.jobs where key like '%' || $1 order by id`,
    [keySuffix],
  );
}

/** Waits for a failed attempt at the order's job, and returns the job. */
export async function failedJob(app: Pick<TestApp, 'db'>, task: string, orderId: string): Promise<QueuedJob> {
  const jobs = await until(
    async () => (await queuedJobs(app, orderId)).filter((job) => job.task === task && job.locked_by === null),
    (found) => found.some(({ last_error }) => last_error !== null),
  );
  return jobs[0] as QueuedJob;
}
