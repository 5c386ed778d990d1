import type { Pool } from 'pg';
import { sql } from '../../database/sql.ts';

/** An attempt that failed. */
export interface FailedAttempt {
  id: string;
  attempt: number;
}

/** The library's backoff grows to six hours: after an outage that is too long to wait for a booking. */
const LONGEST_WAIT_SECONDS = 600;
/** 0 is what a job is enqueued with; the lower goes first. */
const PRIORITY_OF_FAILED = 1;

/**
 * Makes each wait half as long to as long, by chance, and puts the job behind those that have not failed. Answers the attempts
 * whose failure the library has not noted yet: their jobs are still locked, and their time is still the old one. A job that
 * was run again, replaced or retried by an operator meanwhile is at another attempt, and stays as it is.
 */
export async function spreadWaits(pool: Pool, failed: readonly FailedAttempt[]): Promise<FailedAttempt[]> {
  const ids = failed.map(({ id }) => id);
  const attempts = failed.map(({ attempt }) => String(attempt));
  const { rows } = await pool.query<FailedAttempt & { isLocked: boolean }>(sql`
    select id::text, attempts as attempt, locked_at is not null as "isLocked",
           case when locked_at is null then (select count(*) from graphile_worker.reschedule_jobs(array[id],
             run_at := now() + (0.5 + random() / 2) * greatest(run_at - now(), interval '0'),
             priority := ${PRIORITY_OF_FAILED})) end
    from unnest(${ids}::bigint[], ${attempts}::int[]) as failed (id, attempts) join graphile_worker.jobs using (id, attempts)`);
  return rows.filter(({ isLocked }) => isLocked);
}

/** Waits of more than ten minutes become five to ten, each by chance. */
export async function shortenLongWaits(pool: Pool): Promise<void> {
  await pool.query(sql`
    select graphile_worker.reschedule_jobs(array[id],
      run_at := now() + make_interval(secs => ${LONGEST_WAIT_SECONDS} * (0.5 + random() / 2)))
    from graphile_worker.jobs
    where locked_at is null and attempts between 1 and max_attempts - 1
      and run_at > now() + make_interval(secs => ${LONGEST_WAIT_SECONDS})`);
}
