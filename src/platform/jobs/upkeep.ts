import type { WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import type { RecurringJob } from './recurring.ts';
import type { Slots } from './slots.ts';
import { forgetReplacedJobs, shortenLongWaits } from './store/failed-jobs.ts';
import { lastBreakingMigration } from './store/queue-version.ts';
import { ensureRecurringRow, repairRecurringRow } from './store/recurring-rows.ts';
import {
  forgetWorkers,
  forgetWorkersSilentForADay,
  freeJobsOfDeadWorkers,
  jobsLockedBy,
  noteWorkersAlive,
} from './store/worker-rows.ts';

const HEARTBEAT_MS = 5000;
const DEAD_AFTER_SECONDS = 20;
/** A claim is answered, and the end of a job stored, in much less. */
const LOST_AFTER_SECONDS = 10;

interface Upkept {
  events: WorkerEvents;
  slots: Slots;
  recurring: readonly RecurringJob[];
  log: Logger;
}

/**
 * Runs every five seconds on every replica: a heartbeat for its own runner, an unlock of dead runners' jobs, the end of those that
 * were replaced, the rows of recurring jobs, and the cap of long waits. The library alone leaves a killed worker's jobs locked for
 * four hours, too long after a payment. A worker that only seemed dead (a paused process) makes a job run twice; every handler is
 * idempotent.
 */
export function startUpkeep(pool: Pool, { recurring, events, slots, log }: Upkept) {
  // The library checks at its start that it can work with this version of the queue.
  const versionAtStart = lastBreakingMigration(pool).catch(() => undefined);
  const workers = new Set<string>();
  let lostJobs = new Set<string>();
  let lastBeat: Promise<void> | undefined;
  // The worker's pool locks its jobs. It stays alive until the end of stop(), because the last jobs run meanwhile.
  events.on('pool:create', ({ workerPool }) => {
    workers.add(workerPool.id);
    startBeat();
  });

  /** Beats do not overlap: one that waits for the database would take its connections from the jobs. */
  function startBeat(): void {
    lastBeat ??= beat().finally(() => {
      lastBeat = undefined;
    });
  }

  /** A deployment may migrate the queue so that this version of the library cannot work with it any more. */
  async function checkQueueVersion(): Promise<void> {
    const before = await versionAtStart;
    if (before === undefined || (await lastBreakingMigration(pool)) <= before) return;
    slots.fail('the queue was migrated beyond this version');
  }

  async function beat(): Promise<void> {
    try {
      await noteWorkersAlive(pool, [...workers]);
      await checkQueueVersion();
      if (await freeJobsOfDeadWorkers(pool, DEAD_AFTER_SECONDS)) log.warn({ event: 'dead_workers_freed' });
      await forgetReplacedJobs(pool);
      await findLostJobs();
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

  /**
   * Finds jobs that this runner has locked and does not run, twice in a row: the answer to a claim was lost on its way, or the end
   * of a job could not be stored. A live runner's jobs stay locked, so it has to go.
   */
  async function findLostJobs(): Promise<void> {
    const locked = await jobsLockedBy(pool, [...workers], LOST_AFTER_SECONDS);
    const lost = locked.filter((id) => !slots.runs(id));
    if (lost.some((id) => lostJobs.has(id))) slots.fail('it has locked jobs that it does not run');
    lostJobs = new Set(lost);
  }

  const timer = setInterval(startBeat, HEARTBEAT_MS);
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await lastBeat;
      await forgetWorkers(pool, [...workers]).catch(() => undefined);
    },
  };
}
