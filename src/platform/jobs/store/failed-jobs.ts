import type { Pool } from 'pg';
import { sql } from '../../database/sql.ts';
import { MAX_ATTEMPTS } from '../job.ts';
import { FAILED, LATER } from './turns.ts';

export interface FailedAttempt {
  id: string;
  attempt: number;
}

/** The library's backoff grows to six hours, too long for a booking after an outage. */
const LONGEST_WAIT_SECONDS = 600;

/**
 * Shortens each wait to a random 50 to 100 %, and puts the job behind those that have not failed. Returns the attempts whose
 * failure the library has not stored yet: their jobs are still locked. A job at another attempt (run again, replaced, or retried
 * by an operator meanwhile) stays unchanged. The library's reschedule_jobs() changes no flags.
 */
export async function spreadWaits(pool: Pool, failed: readonly FailedAttempt[]): Promise<FailedAttempt[]> {
  const ids = failed.map(({ id }) => id);
  const attempts = failed.map(({ attempt }) => String(attempt));
  const { rows } = await pool.query<FailedAttempt>(sql`
    with failed as (select * from unnest(${ids}::bigint[], ${attempts}::int[]) as failed (id, attempts)),
    spread as (
      update graphile_worker._private_jobs as job
      set run_at = now() + (0.5 + random() / 2) * greatest(job.run_at - now(), interval '0'),
          priority = case when priority < ${FAILED} then priority + ${FAILED} else priority end,
          flags = coalesce(flags, '{}') || jsonb_build_object(${LATER}::text, true), updated_at = now()
      from failed where job.id = failed.id and job.attempts = failed.attempts and locked_at is null
    )
    select id::text, attempts as attempt from failed join graphile_worker.jobs using (id, attempts)
    where locked_at is not null`);
  return rows;
}

/** Shortens waits of more than ten minutes to a random five to ten. A job that is retried meanwhile stays due. */
export async function shortenLongWaits(pool: Pool): Promise<void> {
  await pool.query(sql`
    update graphile_worker._private_jobs
    set run_at = now() + make_interval(secs => ${LONGEST_WAIT_SECONDS} * (0.5 + random() / 2)), updated_at = now()
    where locked_at is null and attempts between 1 and max_attempts - 1
      and run_at > now() + make_interval(secs => ${LONGEST_WAIT_SECONDS})`);
}

/**
 * Deletes jobs that were replaced while they ran, and that failed or died then: the library takes their key and their attempts away and
 * keeps the row. Their successor does the work, so no operator has to act. A job that fails by itself keeps its key.
 */
export async function forgetReplacedJobs(pool: Pool): Promise<void> {
  await pool.query(sql`
    delete from graphile_worker._private_jobs
    where key is null and locked_at is null and max_attempts = ${MAX_ATTEMPTS} and attempts >= max_attempts`);
}
