import type { WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { spreadWaits } from './store/failed-jobs.ts';
import { RECURRING } from './store/recurring-rows.ts';

/** Less than the library's shortest wait (2.7 s): no job is retried before its wait is spread. */
const SPREAD_AFTER_MS = 500;

/**
 * Adds jitter to the library's backoff of e^attempts seconds, which is the same for all jobs that fail together: each wait becomes
 * 50 to 100 % as long. A failed job also goes behind those that have not failed (store/turns.ts). One statement spreads the
 * failures of half a second, after the library has stored them. A crash before it loses the jitter, never the job. Recurring jobs
 * keep their own schedule.
 */
export function startBackoff(pool: Pool, events: WorkerEvents, log: Logger) {
  /** Job id → the failed attempt. */
  let failures = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let lastSpread = Promise.resolve();

  events.on('job:complete', ({ job, error }) => {
    if (error && job.flags?.[RECURRING] === undefined) note(job.id, job.attempts);
  });

  function note(id: string, attempt: number): void {
    failures.set(id, attempt);
    timer ??= setTimeout(() => {
      timer = undefined;
      lastSpread = spread();
    }, SPREAD_AFTER_MS);
  }

  async function spread(): Promise<void> {
    if (failures.size === 0) return;
    const batch = [...failures].map(([id, attempt]) => ({ id, attempt }));
    failures = new Map();
    const again = await spreadWaits(pool, batch).catch((error: unknown) => {
      log.debug({ event: 'backoff_not_spread', reason: reasonOf(error) });
      return batch;
    });
    for (const { id, attempt } of again) note(id, attempt);
  }

  return {
    /** Spreads the last failures too, if the database answers. Call it after the end of the worker. */
    async stop(): Promise<void> {
      clearTimeout(timer);
      await lastSpread;
      await spread();
      // A job that is still locked keeps the library's wait.
      clearTimeout(timer);
    },
  };
}
