import type { DataSource, EntityManager } from 'typeorm';
import { RECURRING } from './recurring-rows.ts';

/** A job that failed at least once, or is overdue. */
export interface StuckJob {
  id: string;
  task: string;
  key: string | null;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  runAt: Date;
  createdAt: Date;
}

const OVERDUE_SECONDS = 60;
/** A run of a recurring job may handle hundreds of orders. */
const LONG_RUN_SECONDS = 600;

/**
 * A job that failed, or that no worker takes. A first attempt in progress is not stuck for its first minute, a recurring run not
 * for ten.
 */
const STUCK = `case when flags ? '${RECURRING}' and locked_at is not null
  then locked_at < now() - make_interval(secs => ${LONG_RUN_SECONDS})
  else (attempts > 0 and (locked_at is null or last_error is not null))
       or run_at < now() - make_interval(secs => ${OVERDUE_SECONDS}) end`;

export function listStuckJobs(database: DataSource): Promise<StuckJob[]> {
  return database.query(
    `select id::text, task_identifier as task, key, attempts, max_attempts as "maxAttempts",
            last_error as "lastError", run_at as "runAt", created_at as "createdAt"
     from graphile_worker.jobs where ${STUCK} order by created_at`,
  );
}

/** Reschedules these jobs, or every stuck one, for now, with all attempts and the priority of new jobs. Returns their number. */
export async function retryJobs(
  database: Pick<EntityManager, 'query'>,
  ids: readonly string[] | 'all',
): Promise<number> {
  const rows: unknown[] = await database.query(
    `select retried.id from graphile_worker.reschedule_jobs(
       array(select id from graphile_worker.jobs where locked_at is null and (${ids === 'all' ? STUCK : 'id = any($1::bigint[])'})),
       run_at := now(), priority := 0, attempts := 0
     ) as retried`,
    ids === 'all' ? [] : [[...ids]],
  );
  return rows.length;
}

/** A job in the queue, whatever its state. */
export interface FoundJob {
  id: string;
  task: string;
  key: string | null;
  isRecurring: boolean;
}

export async function findJob(database: Pick<EntityManager, 'query'>, id: string): Promise<FoundJob | undefined> {
  const [job]: FoundJob[] = await database.query(
    `select id::text, task_identifier as task, key, coalesce(flags ? '${RECURRING}', false) as "isRecurring"
     from graphile_worker.jobs where id = $1::bigint`,
    [id],
  );
  return job;
}

/** Takes a job out of the queue, unless a worker runs it. Returns false if it is not there, or runs. */
export async function dropJob(tx: Pick<EntityManager, 'query'>, id: string): Promise<boolean> {
  const rows: unknown[] = await tx.query(`select id from graphile_worker.complete_jobs(array[$1::bigint])`, [id]);
  return rows.length > 0;
}
