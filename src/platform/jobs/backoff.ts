import type { WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';

/** Less than the shortest wait of the library (2.7 s): a job is not tried again before its wait is spread. */
const SPREAD_AFTER_MS = 500;
/** The library's backoff grows to six hours: after an outage that is too long to wait for a booking. */
const LONGEST_WAIT_SECONDS = 600;
/** 0 is what a job is enqueued with; the lower goes first. */
const PRIORITY_OF_FAILED = 1;

/**
 * The library lets a job that failed wait e^attempts seconds, to the moment the same for all that failed together. Here each
 * wait becomes half as long to as long, by chance, and the job is put behind those that have not failed yet: however many fail
 * slowly and again and again, a new one waits for one slot alone. What failed within half a second is spread by one statement,
 * after the library has noted the failure. A crash before it loses the spread, never the job.
 */
export function startBackoff(pool: Pool, events: WorkerEvents, log: Logger) {
  /** Job id → the attempt that failed. */
  let failed = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let lastSpread = Promise.resolve();

  events.on('job:complete', ({ job, error }) => {
    if (error) note(job.id, job.attempts);
  });

  function note(id: string, attempt: number): void {
    failed.set(id, attempt);
    timer ??= setTimeout(() => {
      timer = undefined;
      lastSpread = spread();
    }, SPREAD_AFTER_MS);
  }

  /** Whatever was run again, replaced or retried by an operator meanwhile is at another attempt, and left alone. */
  async function spread(): Promise<void> {
    if (failed.size === 0) return;
    const noted = failed;
    failed = new Map();
    try {
      const { rows } = await pool.query<{ id: string; attempts: number; isLocked: boolean }>(
        // The time of one that is locked is still the old one.
        `select id::text, attempts, locked_at is not null as "isLocked",
                case when locked_at is null then (select count(*) from graphile_worker.reschedule_jobs(array[id],
                  run_at := now() + (0.5 + random() / 2) * greatest(run_at - now(), interval '0'), priority := $3)) end
         from unnest($1::bigint[], $2::int[]) as noted (id, attempts) join graphile_worker.jobs using (id, attempts)`,
        [[...noted.keys()], [...noted.values()], PRIORITY_OF_FAILED],
      );
      // Its failure is not noted by the library yet, which leaves it locked.
      for (const { id, attempts, isLocked } of rows) if (isLocked) note(id, attempts);
    } catch (error) {
      log.debug({ event: 'backoff_not_spread', reason: reasonOf(error) });
      for (const [id, attempt] of noted) note(id, attempt);
    }
  }

  return {
    /** When the worker has ended: what failed last is spread too, where the database can be asked. */
    async stop(): Promise<void> {
      clearTimeout(timer);
      await lastSpread;
      await spread();
      // What is locked even now was noted again: it keeps the library's wait.
      clearTimeout(timer);
    },
  };
}

/** Waits of more than ten minutes become five to ten, each by chance. */
export async function shortenLongWaits(pool: Pool): Promise<void> {
  await pool.query(
    `select graphile_worker.reschedule_jobs(array[id], run_at := now() + make_interval(secs => $1 * (0.5 + random() / 2)))
     from graphile_worker.jobs
     where locked_at is null and attempts between 1 and max_attempts - 1
       and run_at > now() + make_interval(secs => $1)`,
    [LONGEST_WAIT_SECONDS],
  );
}
