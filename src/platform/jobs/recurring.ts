import type { Pool } from 'pg';
import type { JobHandler } from './job.ts';
import { replaceRecurringRow } from './store/recurring-rows.ts';

/** Work that comes again and again, once per interval for the whole fleet. */
export interface RecurringJob {
  name: string;
  /** Seconds from the start of one run to the start of the next, whichever replicas run it. */
  intervalSeconds: number;
  /** After this a run counts as hung. Where it is left out: ten intervals, ten minutes at least, three hours at most. */
  longestRunSeconds?: number;
  /** May run twice at once, if rarely: row locks decide. Told to stop, it ends what it has in hand and returns. */
  run(stopping: AbortSignal): Promise<void>;
}

const LONGEST_RUN_INTERVALS = 10;
const LONGEST_RUN_SECONDS = { atLeast: 600, atMost: 3 * 3600 };

/**
 * Runs the job, and enqueues the next run when this one ends, however it ends: a failure is logged, and waits for the next
 * interval instead of the queue's backoff. No run overtakes another, because the one row stays locked until its end
 * (store/recurring-rows.ts). A worker that dies leaves its run to the others once the upkeep frees its jobs. One that only
 * stood still, and lost its lock meanwhile, fails here and leaves the row to whoever holds it now.
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

/** Nothing can end a run that hangs. It is told to stop, left behind, and counts as failed. */
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

/** Less than the four hours after which the library frees a locked job by itself. */
function longestRunSeconds({ intervalSeconds, longestRunSeconds }: RecurringJob): number {
  const { atLeast, atMost } = LONGEST_RUN_SECONDS;
  return longestRunSeconds ?? Math.min(Math.max(LONGEST_RUN_INTERVALS * intervalSeconds, atLeast), atMost);
}
