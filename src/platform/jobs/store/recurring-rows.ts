import type { Pool } from 'pg';
import { sql } from '../../database/sql.ts';
import { type JobLock, MAX_ATTEMPTS } from '../job.ts';

/**
 * A recurring job is one row of the queue for the whole fleet, with the job's name as its key. The row always exists: it waits
 * until it is due, or a worker has it locked. All times are the database's, so the replicas' clocks need not agree.
 *
 * graphile-worker cannot reschedule a running job. add_job() with the key of a locked row takes the key from that row and uses up
 * its attempts, so a crash between the two rows would leave a job that looks failed for good, and the second row could become
 * due while the first still runs. So the end of a run replaces the row in one statement: it deletes the locked row, as only the
 * library's own completion does, and adds the next one. A crash before it leaves the lock of a dead worker; the upkeep unlocks
 * the row, and the run is repeated. A crash after it leaves the next row. The library then completes a job that no longer exists,
 * which changes nothing.
 *
 * Its author advises against updates of locked rows in general: https://github.com/graphile/worker/issues/279
 */

/** Before every other job (0 and 1): a backlog of mails delays it by one slot at most. */
const PRIORITY = -1;
/** The flag of these rows, in queries and in the library's events. */
export const RECURRING = 'recurring';
/** Rounding may put a row slightly further ahead than one interval. */
const TOLERANCE_SECONDS = 1;

interface Recurrence {
  name: string;
  intervalSeconds: number;
}

/** Adds a missing row, due in one interval. Idempotent; every replica may call it at any time. */
export async function ensureRecurringRow(pool: Pool, { name, intervalSeconds }: Recurrence): Promise<void> {
  await pool.query(sql`
    select graphile_worker.add_job(${name}, run_at := now() + make_interval(secs => ${intervalSeconds}),
      max_attempts := ${MAX_ATTEMPTS}, job_key := ${name}, priority := ${PRIORITY}, flags := array[${RECURRING}],
      -- With two replicas at once, the second changes nothing, even if a worker has locked the row by then.
      job_key_mode := 'unsafe_dedupe')
    where not exists (select from graphile_worker.jobs where key = ${name})`);
}

/**
 * Repairs an unlocked row that is due later than in one interval (the interval was shortened, or the database's clock stepped back
 * at a failover), or whose attempts are used up by repeated crashes.
 */
export async function repairRecurringRow(pool: Pool, { name, intervalSeconds }: Recurrence): Promise<void> {
  await pool.query(sql`
    select graphile_worker.reschedule_jobs(array[id], priority := ${PRIORITY}, attempts := 0,
      run_at := least(run_at, now() + make_interval(secs => ${intervalSeconds})))
    from graphile_worker.jobs
    where key = ${name} and locked_at is null
      and (attempts >= max_attempts or run_at > now() + make_interval(secs => ${intervalSeconds + TOLERANCE_SECONDS}))`);
}

/**
 * Ends a run: replaces its row by the next one, due one interval after the start of this run, or at once if it took longer.
 * Throws if the lock is lost: the worker seemed dead, and another one has the row. That error must reach the library: it fails only
 * a job that it has locked, but it would complete a job that another worker has locked.
 */
export async function replaceRecurringRow(
  pool: Pool,
  lock: JobLock,
  { name, intervalSeconds }: Recurrence,
): Promise<void> {
  const { rowCount } = await pool.query(sql`
    with ended as (
      delete from graphile_worker._private_jobs
      where id = ${lock.jobId} and locked_by = ${lock.workerId} and attempts = ${lock.attempt}
      returning locked_at as started_at
    )
    select graphile_worker.add_job(${name}, max_attempts := ${MAX_ATTEMPTS}, job_key := ${name},
      run_at := greatest(now(), started_at + make_interval(secs => ${intervalSeconds})),
      priority := ${PRIORITY}, flags := array[${RECURRING}])
    from ended`);
  if (rowCount === 0) throw new Error(`${name}: this worker lost its lock, and another one took the run over`);
}
