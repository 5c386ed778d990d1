import { EventEmitter } from 'node:events';
import type { WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { shortenLongWaits } from './backoff.ts';

const HEARTBEAT_MS = 5000;
const DEAD_AFTER_SECONDS = 20;

/**
 * Keeps the queue moving: tells the other replicas that this one's workers live, frees the jobs of those that no longer do,
 * and shortens waits that have grown too long. The library alone would leave a killed worker's jobs locked for four hours:
 * far too long after a payment. A worker that only seemed dead (a stopped process) makes a job run twice, which every
 * handler bears.
 */
export function startUpkeep(pool: Pool, log: Logger) {
  const workers = new Set<string>();
  const events = new EventEmitter() as WorkerEvents;
  let lastBeat = Promise.resolve();
  // A job is locked by the pool of its worker. It counts as living until it is stopped: the last jobs run while it stops.
  events.on('pool:create', ({ workerPool }) => {
    workers.add(workerPool.id);
    lastBeat = beat();
  });

  async function beat(): Promise<void> {
    try {
      await pool.query(
        `insert into job_workers (worker_id, seen_at) select unnest($1::text[]), now()
         on conflict (worker_id) do update set seen_at = excluded.seen_at`,
        [[...workers]],
      );
      const { rowCount } = await pool.query(
        `with dead as (
           select distinct locked_by from graphile_worker.jobs
           where locked_at < now() - make_interval(secs => $1)
             and not exists (select from job_workers
                             where worker_id = locked_by and seen_at > now() - make_interval(secs => $1))
         )
         select graphile_worker.force_unlock_workers(array_agg(locked_by)) from dead having count(*) > 0`,
        [DEAD_AFTER_SECONDS],
      );
      if (rowCount) log.warn({ event: 'dead_workers_freed' });
      await shortenLongWaits(pool);
      await pool.query(`delete from job_workers where seen_at < now() - interval '1 day'`);
    } catch (error) {
      log.warn({ event: 'heartbeat_failed', reason: reasonOf(error) });
    }
  }

  const timer = setInterval(() => {
    lastBeat = beat();
  }, HEARTBEAT_MS);
  return {
    events,
    /** Of a runner that gave up: what they held is to be freed like a dead one's. */
    forgetWorkers: () => workers.clear(),
    async stop(): Promise<void> {
      clearInterval(timer);
      await lastBeat;
      await pool.query('delete from job_workers where worker_id = any($1)', [[...workers]]).catch(() => undefined);
    },
  };
}
