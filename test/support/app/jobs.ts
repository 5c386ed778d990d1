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

/** Waits for a failed attempt at the order's job, and for the new turn that the failure gives it; then puts it off for minutes. */
export async function putOffFailedJob({ db }: Pick<TestApp, 'db'>, task: string, orderId: string): Promise<void> {
  await until(
    () =>
      db.query(
        `select graphile_worker.reschedule_jobs(array[id], run_at := now() + interval '5 minutes') from graphile_worker.jobs
         where key = $1 and locked_at is null and flags ? 'later'`,
        [`${task}:${orderId}`],
      ),
    (rescheduled) => rescheduled.length > 0,
  );
}
