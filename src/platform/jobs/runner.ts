import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, type WorkerEvents, Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { startBackoff } from './backoff.ts';
import type { JobHandler } from './job.ts';
import { createJobPool } from './job-pool.ts';
import { type RecurringJob, recurringHandler } from './recurring.ts';
import { type JobTerms, taskOf } from './run-job.ts';
import { type Slots, watchSlots } from './slots.ts';
import { RECURRING } from './store/recurring-rows.ts';
import { LATER } from './store/turns.ts';
import { startUpkeep } from './upkeep.ts';

export interface RunnerOptions {
  databaseUrl: string;
  handlers: readonly JobHandler[];
  recurring?: readonly RecurringJob[];
  /** Jobs by the clock, in UTC; each is enqueued once for all replicas. */
  crontab?: string;
  log: Logger;
  /** Maximum of jobs that run at once. */
  concurrency?: number | undefined;
  /** Longest delay of a job with a future `runAt`; a job for now starts at once. */
  pollMs?: number;
  /** Longest wait of a job for now in a flood of new jobs; 50 ms by default. Each search reads past the jobs of other runners. */
  notificationSpacingMs?: number;
  /** Takes only jobs that wait behind no other: not those that failed, nor an organization's further ones (store/turns.ts). */
  isReserved?: boolean;
  onFinished?: JobTerms['onFinished'];
}

export interface JobRunner {
  /** Resolves with the reason when this runner ends unasked or takes no jobs. */
  readonly failed: Promise<string>;
  readonly isTakingJobs: boolean;
  /** Lets the running jobs finish, for ten seconds at most, and closes the connections within two more. */
  end(): Promise<void>;
}

const CONCURRENCY = 4;
const POLL_MS = 1000;
/** The search of a reserved runner reads past every job that is not for it, and a new job wakes it anyway. Less than CHECK_MS. */
const RESERVED_POLL_MS = 3000;
const CHECK_MS = 5000;
/** One listens, and one is for the upkeep; slots share the others, because their statements are short. */
const connectionsFor = (concurrency: number) => 2 + Math.ceil(concurrency / 2);
/** Longer than the grace of a SIGTERM (app/serve.ts): there the process reports jobs that it cuts off. */
const LONGEST_END_MS = 10_000;
/** The library stores the end of a job within this time, or never. */
const QUIET_MS = 2000;
const CLOSE_MS = 2000;
/**
 * Works around graphile-worker 0.18.0, which awaits the statement that completes or fails a job only if such statements are batched.
 * Otherwise its failure (the database goes down just then) is an unhandled rejection and ends the process. With a batch the library
 * stops, and the statement is not retried (https://github.com/graphile/worker/issues/636). A batch covers one turn of the event
 * loop, so nothing waits for it.
 */
const BATCHED_ENDS = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/**
 * Starts one runner of the library with its own connections and upkeep. It shares nothing with the runner that replaces it, so
 * a new one is right whatever the old one hangs in.
 */
export function startRunner(options: RunnerOptions): JobRunner {
  const { log, concurrency = CONCURRENCY, isReserved = false, recurring = [], onFinished } = options;
  const events = new EventEmitter() as WorkerEvents;
  const slots = watchSlots(events);
  const { pool, destroy } = createJobPool(options, connectionsFor(concurrency));
  const upkeep = startUpkeep(pool, { recurring, events, slots, log });
  const backoff = startBackoff(pool, events, log);
  const checks = setInterval(slots.check, CHECK_MS);
  const stopping = new AbortController();
  const handlers = [...options.handlers, ...recurring.map((job) => recurringHandler(pool, job))];
  const terms = { log, stopping: stopping.signal, onFinished };
  const runner = run({
    pgPool: pool,
    taskList: Object.fromEntries(handlers.map((handler) => [handler.name, taskOf(handler, terms)])),
    crontab: options.crontab ?? '',
    concurrency,
    noHandleSignals: true,
    pollInterval: options.pollMs ?? (isReserved ? RESERVED_POLL_MS : POLL_MS),
    forbiddenFlags: isReserved ? [LATER, RECURRING] : null,
    logger: quietLogger(log),
    events,
    preset: { worker: BATCHED_ENDS },
  });
  const ended = runner.then(({ promise }) => promise).then(() => 'it ended', reasonOf);

  return {
    failed: Promise.race([ended, slots.failed]),
    get isTakingJobs() {
      return slots.areClaiming;
    },
    async end() {
      stopping.abort();
      // Rejects if the library has stopped unasked.
      void runner.then((current) => current.stop()).catch(() => undefined);
      await untilStopped(ended, slots);
      clearInterval(checks);
      const closed = Promise.all([upkeep.stop(), backoff.stop()]).then(() => pool.end());
      await Promise.race([closed, sleep(CLOSE_MS, undefined, { ref: false })]);
      destroy();
    },
  };
}

/**
 * Waits for the end of the library, unless no job has run for two seconds: after a failure the library may wait for ever
 * (https://github.com/graphile/worker/issues/635).
 */
async function untilStopped(ended: Promise<unknown>, slots: Slots): Promise<void> {
  let hasEnded = false;
  const end = ended.then(() => {
    hasEnded = true;
  });
  const step = 100;
  let quiet = 0;
  for (let waited = 0; !hasEnded && waited < LONGEST_END_MS && quiet < QUIET_MS; waited += step) {
    await Promise.race([end, sleep(step)]);
    quiet = slots.areIdle ? quiet + step : 0;
  }
}

/** Our own lines describe each job, so the library's lines go to trace, and its errors to debug. */
function quietLogger(log: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.debug({ event: 'worker_error', message });
    else log.trace({ message });
  });
}
