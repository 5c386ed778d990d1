import type { Pool } from 'pg';
import type { JobHandler } from './job.ts';
import { replaceRecurringRow } from './store/recurring-rows.ts';

/** Work that runs once per interval for the whole fleet. */
export interface RecurringJob {
  name: string;
  /** Seconds from the start of one run to the start of the next, on any replica. */
  intervalSeconds: number;
  /** A longer run counts as hung. Default: ten intervals, between ten minutes and three hours. */
  longestRunSeconds?: number;
  /** Rarely runs twice at once; row locks decide. When `stopping` aborts, it finishes the current item and returns. */
  run(stopping: AbortSignal): Promise<void>;
}

const LONGEST_RUN_INTERVALS = 10;
const LONGEST_RUN_SECONDS = { atLeast: 600, atMost: 3 * 3600 };

/**
 * Runs the job, and enqueues the next run at the end of this one, also after a failure: a failed run waits for the next interval
 * instead of the queue's backoff. Runs do not overlap, because the one row stays locked (store/recurring-rows.ts). After a
 * crash the upkeep unlocks the row, and another worker repeats the run. A worker that was paused and lost its lock fails here, and
 * leaves the row to the new holder.
 */
export function recurringHandler(pool: Pool, job: RecurringJob): JobHandler {
  return {
    name: job.name,
    isRecurring: true,
    async run(_payload, { stopping, ...lock }) {
      try {
        await runWithinLimit(job, stopping);
      } finally {
        await replaceRecurringRow(pool, lock, job);
      }
    },
  };
}

/** Aborts a run that hangs and counts it as failed; nothing can end it, so it is left behind. */
async function runWithinLimit(job: RecurringJob, stopping: AbortSignal): Promise<void> {
  const limit = new AbortController();
  const seconds = longestRunSeconds(job);
  const timer = setTimeout(() => limit.abort(new Error(`${job.name} did not end within ${seconds} s`)), seconds * 1000);
  const overtime = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(limit.signal.reason));
  });
  try {
    await Promise.race([job.run(AbortSignal.any([stopping, limit.signal])), overtime]);
  } finally {
    clearTimeout(timer);
  }
}

/** Less than the four hours after which the library unlocks a job. */
function longestRunSeconds({ intervalSeconds, longestRunSeconds }: RecurringJob): number {
  const { atLeast, atMost } = LONGEST_RUN_SECONDS;
  return longestRunSeconds ?? Math.min(Math.max(LONGEST_RUN_INTERVALS * intervalSeconds, atLeast), atMost);
}
