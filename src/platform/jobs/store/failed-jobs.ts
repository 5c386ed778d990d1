import type { Pool } from 'pg';
import { sql } from '../../database/sql.ts';

export interface FailedAttempt {
  id: string;
  attempt: number;
}

/** The library's backoff grows to six hours, too long for a booking after an outage. */
const LONGEST_WAIT_SECONDS = 600;
/** New jobs have 0; the lowest number runs first. */
const PRIORITY_OF_FAILED = 1;

/**
 * Shortens each wait to a random 50 to 100 %, and puts the job behind those that have not failed. Returns the attempts whose
 * failure the library has not stored yet: their jobs are still locked. A job at another attempt (run again, replaced, or retried
 * by an operator meanwhile) stays unchanged.
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

/** Shortens waits of more than ten minutes to a random five to ten. */
export async function shortenLongWaits(pool: Pool): Promise<void> {
  await pool.query(sql`
    select graphile_worker.reschedule_jobs(array[id],
      run_at := now() + make_interval(secs => ${LONGEST_WAIT_SECONDS} * (0.5 + random() / 2)))
    from graphile_worker.jobs
    where locked_at is null and attempts between 1 and max_attempts - 1
      and run_at > now() + make_interval(secs => ${LONGEST_WAIT_SECONDS})`);
}
