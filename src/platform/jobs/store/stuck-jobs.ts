import type { DataSource, EntityManager } from 'typeorm';
import { RECURRING } from './recurring-rows.ts';
import { FAILED, LATER, TURNS } from './turns.ts';

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

const IS_RECURRING = `coalesce(flags ? '${RECURRING}', false)`;
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

/**
 * Reschedules jobs for now, with all attempts, and returns their number. Single jobs count as new. All of them wait behind what is
 * enqueued meanwhile, because after an outage they are many; organizations take turns, the oldest job of each first.
 */
export async function retryJobs(
  database: Pick<EntityManager, 'query'>,
  ids: readonly string[] | 'all',
): Promise<number> {
  const [retried] = (await (ids === 'all' ? database.query(RETRY_ALL) : database.query(RETRY, [[...ids]]))) as {
    jobs: number;
  }[];
  return retried?.jobs ?? 0;
}

const RETRY = `with retried as (
  update graphile_worker._private_jobs
  set run_at = now(), attempts = 0, priority = mod(priority, ${FAILED}), flags = nullif(flags - '${LATER}', '{}'), updated_at = now()
  where id = any($1::bigint[]) and locked_at is null returning id
) select count(*)::int as jobs from retried`;

/**
 * A microsecond between two of them keeps the order of their age. The ids go through an array, so that the planner finds each row by
 * its key: it takes a job that fits STUCK for rare, and would compare every job with every other.
 */
const RETRY_ALL = `with stuck as (
  select id, row_number() over (order by created_at desc, id desc) as place,
         row_number() over (partition by task_id, payload ->> 'organizationId' order by created_at, id) - 1 as turn
  from graphile_worker._private_jobs where locked_at is null and ${STUCK}
), turns as (
  select unnest(ids) as id, unnest(places) as place, unnest(turns) as turn
  from (select array_agg(id) as ids, array_agg(place) as places, array_agg(turn) as turns from stuck) as arrays
), retried as (
  update graphile_worker._private_jobs as job
  set run_at = now() - place * interval '1 microsecond', attempts = 0, updated_at = now(),
      priority = case when ${IS_RECURRING} then priority
        else ${FAILED} + mod(priority, ${FAILED}) / ${TURNS} * ${TURNS} + least(turn, ${TURNS - 1}) end,
      flags = case when ${IS_RECURRING} then flags else coalesce(flags, '{}') || '{"${LATER}": true}' end
  from turns where job.id = turns.id and locked_at is null returning job.id
) select count(*)::int as jobs from retried`;

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

/** The attempts of a job that was dropped, and the time for which its next one was due. */
export interface DroppedAttempts {
  attempts: number;
  runAt: Date;
}

/** Takes a job out of the queue, unless a worker runs it. Returns undefined if it is not there, or runs. */
export async function dropJob(tx: Pick<EntityManager, 'query'>, id: string): Promise<DroppedAttempts | undefined> {
  const [dropped]: DroppedAttempts[] = await tx.query(
    `select attempts, run_at as "runAt" from graphile_worker.complete_jobs(array[$1::bigint])`,
    [id],
  );
  return dropped;
}
