import type { WorkerEvents } from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { spreadWaits } from './store/failed-jobs.ts';
import { RECURRING } from './store/recurring-rows.ts';

/** Less than the shortest wait of the library (2.7 s): a job is not tried again before its wait is spread. */
const SPREAD_AFTER_MS = 500;

/**
 * The library lets a job that failed wait e^attempts seconds, to the moment the same for all that failed together. Here each
 * wait becomes half as long to as long, by chance, and the job is put behind those that have not failed yet: however many fail
 * slowly and again and again, a new one waits for one slot alone. One statement spreads the failures of half a second, after
 * the library has noted them. A crash before it loses the spread, never the job. Recurring jobs keep their own time.
 */
export function startBackoff(pool: Pool, events: WorkerEvents, log: Logger) {
  /** Job id → the attempt that failed. */
  let failed = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let lastSpread = Promise.resolve();

  events.on('job:complete', ({ job, error }) => {
    if (error && job.flags?.[RECURRING] === undefined) note(job.id, job.attempts);
  });

  function note(id: string, attempt: number): void {
    failed.set(id, attempt);
    timer ??= setTimeout(() => {
      timer = undefined;
      lastSpread = spread();
    }, SPREAD_AFTER_MS);
  }

  async function spread(): Promise<void> {
    if (failed.size === 0) return;
    const noted = [...failed].map(([id, attempt]) => ({ id, attempt }));
    failed = new Map();
    const again = await spreadWaits(pool, noted).catch((error: unknown) => {
      log.debug({ event: 'backoff_not_spread', reason: reasonOf(error) });
      return noted;
    });
    for (const { id, attempt } of again) note(id, attempt);
  }

  return {
    /** Spreads the last failures too, where the database answers. To be called when the worker has ended. */
    async stop(): Promise<void> {
      clearTimeout(timer);
      await lastSpread;
      await spread();
      // A job that is locked even now was noted again: it keeps the library's wait.
      clearTimeout(timer);
    },
  };
}
