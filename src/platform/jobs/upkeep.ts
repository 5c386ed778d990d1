import { EventEmitter } from 'node:events';
import type { WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import type { RecurringJob } from './recurring.ts';
import { shortenLongWaits } from './store/failed-jobs.ts';
import { ensureRecurringRow, repairRecurringRow } from './store/recurring-rows.ts';
import {
  forgetWorkers,
  forgetWorkersSilentForADay,
  freeJobsOfDeadWorkers,
  noteWorkersAlive,
} from './store/worker-rows.ts';

const HEARTBEAT_MS = 5000;
const DEAD_AFTER_SECONDS = 20;

/**
 * Keeps the queue moving, on every replica every five seconds: says that this one's workers live, frees the jobs of those that
 * no longer do, sees that each recurring job has its row, and shortens waits that have grown too long. The library alone would
 * leave a killed worker's jobs locked for four hours: far too long after a payment. A worker that only seemed dead (a stopped
 * process) makes a job run twice, which every handler bears.
 */
export function startUpkeep(pool: Pool, recurring: readonly RecurringJob[], log: Logger) {
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
      await noteWorkersAlive(pool, [...workers]);
      if (await freeJobsOfDeadWorkers(pool, DEAD_AFTER_SECONDS)) log.warn({ event: 'dead_workers_freed' });
      for (const job of recurring) {
        await ensureRecurringRow(pool, job);
        await repairRecurringRow(pool, job);
      }
      await shortenLongWaits(pool);
      await forgetWorkersSilentForADay(pool);
    } catch (error) {
      log.warn({ event: 'heartbeat_failed', reason: reasonOf(error) });
    }
  }

  const timer = setInterval(() => {
    lastBeat = beat();
  }, HEARTBEAT_MS);
  return {
    events,
    /** For a runner that gave up: its workers count as dead from now on. */
    forgetWorkers: () => workers.clear(),
    async stop(): Promise<void> {
      clearInterval(timer);
      await lastBeat;
      await forgetWorkers(pool, [...workers]).catch(() => undefined);
    },
  };
}
