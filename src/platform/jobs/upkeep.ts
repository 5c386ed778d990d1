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
 * Runs every five seconds on every replica: a heartbeat for its own workers, an unlock of dead workers' jobs, the rows of recurring
 * jobs, and the cap of long waits. The library alone leaves a killed worker's jobs locked for four hours, too long after a
 * payment. A worker that only seemed dead (a paused process) makes a job run twice; every handler is idempotent.
 */
export function startUpkeep(pool: Pool, recurring: readonly RecurringJob[], log: Logger) {
  const workers = new Set<string>();
  const events = new EventEmitter() as WorkerEvents;
  let lastBeat = Promise.resolve();
  // The worker's pool locks its jobs. It stays alive until the end of stop(), because the last jobs run meanwhile.
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
    /** Ends the heartbeat of a runner that gave up, so that its workers count as dead. */
    forgetWorkers: () => workers.clear(),
    async stop(): Promise<void> {
      clearInterval(timer);
      await lastBeat;
      await forgetWorkers(pool, [...workers]).catch(() => undefined);
    },
  };
}
