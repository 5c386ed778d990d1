import type { Pool } from 'pg';
import { sql } from '../../database/sql.ts';

/** Stores a heartbeat of these workers. A job's row names its worker in locked_by. */
export async function noteWorkersAlive(pool: Pool, workerIds: readonly string[]): Promise<void> {
  await pool.query(sql`
    insert into job_workers (worker_id, seen_at) select unnest(${workerIds}::text[]), now()
    on conflict (worker_id) do update set seen_at = excluded.seen_at`);
}

/** Unlocks the jobs of workers without a heartbeat for that time. Returns true if there were any. */
export async function freeJobsOfDeadWorkers(pool: Pool, silentSeconds: number): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    with dead as (
      select distinct locked_by from graphile_worker.jobs
      where locked_at < now() - make_interval(secs => ${silentSeconds})
        and not exists (select from job_workers
                        where worker_id = locked_by and seen_at > now() - make_interval(secs => ${silentSeconds}))
    )
    select graphile_worker.force_unlock_workers(array_agg(locked_by)) from dead having count(*) > 0`);
  return rowCount === 1;
}

/** Ids of the jobs that these workers locked at least that long ago. */
export async function jobsLockedBy(pool: Pool, workerIds: readonly string[], seconds: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(sql`
    select id::text from graphile_worker.jobs
    where locked_by = any(${workerIds}::text[]) and locked_at < now() - make_interval(secs => ${seconds})`);
  return rows.map(({ id }) => id);
}

export async function forgetWorkers(pool: Pool, workerIds: readonly string[]): Promise<void> {
  await pool.query(sql`delete from job_workers where worker_id = any(${workerIds}::text[])`);
}

/** Deletes rows of dead workers. */
export async function forgetWorkersSilentForADay(pool: Pool): Promise<void> {
  await pool.query(sql`delete from job_workers where seen_at < now() - interval '1 day'`);
}
