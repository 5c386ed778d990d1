import type { DataSource } from 'typeorm';
import type { Gauge } from '../../telemetry/telemetry.ts';

export function jobGauge(database: DataSource): Gauge {
  return {
    name: 'jobs',
    description: 'Jobs in the queue, by state: waiting, running, failing (waits for a retry), out_of_attempts',
    label: 'state',
    async read() {
      const rows: { state: string; count: string }[] = await database.query(
        `select state, count(job.id) from unnest(array['waiting', 'running', 'failing', 'out_of_attempts']) as state
         left join graphile_worker.jobs job on state = case
           when job.locked_at is not null then 'running'
           when job.attempts >= job.max_attempts then 'out_of_attempts'
           when job.attempts > 0 then 'failing'
           else 'waiting' end
         group by state`,
      );
      return new Map(rows.map(({ state, count }) => [state, Number(count)]));
    },
  };
}

/**
 * Age of the oldest job of each kind since it was enqueued: no retry resets it. A job that is not due and was never tried has no
 * age. It reads the whole queue, which is small.
 */
export function jobAgeGauge(database: DataSource): Gauge {
  return {
    name: 'job_oldest_age_seconds',
    description: 'Age in seconds of the oldest job of its kind that is due or was tried',
    label: 'name',
    async read() {
      const rows: { job: string; age: number }[] = await database.query(
        `select task_identifier as job, extract(epoch from now() - min(created_at))::float8 as age
         from graphile_worker.jobs where attempts > 0 or run_at <= now() group by task_identifier`,
      );
      return new Map(rows.map(({ job, age }) => [job, age]));
    },
  };
}

/** The number of jobs of each kind that jobAgeGauge() counts. */
export function waitingJobsGauge(database: DataSource): Gauge {
  return {
    name: 'jobs_waiting',
    description: 'Jobs of a kind that are due or were tried',
    label: 'name',
    async read() {
      const rows: { job: string; count: string }[] = await database.query(
        `select task_identifier as job, count(*) from graphile_worker.jobs
         where attempts > 0 or run_at <= now() group by task_identifier`,
      );
      return new Map(rows.map(({ job, count }) => [job, Number(count)]));
    },
  };
}

export async function waitingJobs(
  database: DataSource,
  job: string,
): Promise<{ count: number; oldestSeconds: number | null }> {
  const [row] = (await database.query(
    `select count(*)::int as count, extract(epoch from now() - min(created_at))::int as "oldestSeconds"
     from graphile_worker.jobs where task_identifier = $1 and (attempts > 0 or run_at <= now())`,
    [job],
  )) as { count: number; oldestSeconds: number | null }[];
  return row ?? { count: 0, oldestSeconds: null };
}
