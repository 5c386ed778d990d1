import { setTimeout as sleep } from 'node:timers/promises';
import { type Runner, run, Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { startBackoff } from './backoff.ts';
import type { JobHandler } from './job.ts';
import { createJobPool } from './job-pool.ts';
import { type RecurringJob, recurringHandler } from './recurring.ts';
import { type JobTerms, taskOf } from './run-job.ts';
import { startUpkeep } from './upkeep.ts';

export interface JobWorker {
  /** False while it restarts and takes no jobs. */
  readonly isRunning: boolean;
  /** Lets the running jobs finish. */
  stop(): Promise<void>;
}

export interface JobWorkerOptions {
  databaseUrl: string;
  handlers: readonly JobHandler[];
  recurring?: readonly RecurringJob[];
  /** Jobs by the clock, in UTC; each is enqueued once for all replicas. */
  crontab?: string;
  log: Logger;
  /** Maximum of jobs that run at once. */
  concurrency?: number | undefined;
  onFinished?: JobTerms['onFinished'];
}

const CONCURRENCY = 4;
/** Longest delay of a job with a future `runAt`; a job for now starts at once. */
const POLL_INTERVAL_MS = 1000;
const RESTART_AFTER_MS = 1000;
/**
 * Works around graphile-worker 0.18.0, which awaits the statement that completes or fails a job only if such statements are batched.
 * Otherwise its failure (the database goes down just then) is an unhandled rejection and ends the process. With a batch the runner
 * stops, and supervise() starts another; the statement is not retried (https://github.com/graphile/worker/issues/636). A batch
 * covers one turn of the event loop, so nothing waits for it.
 */
const BATCHED_ENDS = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };

/**
 * Runs jobs in this process, on its own connections. Every replica has a worker. PostgreSQL gives each job to one of them: the
 * lowest priority number first, then the oldest. Recurring jobs take a slot like any other.
 */
export function startJobWorker(options: JobWorkerOptions): JobWorker {
  const { log, concurrency = CONCURRENCY, recurring = [], onFinished } = options;
  const pool = createJobPool(options, concurrency + 2);
  const upkeep = startUpkeep(pool, recurring, log);
  const backoff = startBackoff(pool, upkeep.events, log);
  const stopping = new AbortController();
  const handlers = [...options.handlers, ...recurring.map((job) => recurringHandler(pool, job))];
  const terms = { log, stopping: stopping.signal, onFinished };
  const taskList = Object.fromEntries(handlers.map((handler) => [handler.name, taskOf(handler, terms)]));

  function startRunner(): Promise<Runner> {
    upkeep.forgetWorkers();
    return run({
      pgPool: pool,
      taskList,
      crontab: options.crontab ?? '',
      concurrency,
      noHandleSignals: true,
      pollInterval: POLL_INTERVAL_MS,
      logger: quietLogger(log),
      events: upkeep.events,
      preset: { worker: BATCHED_ENDS },
    });
  }

  const runner = supervise(startRunner, stopping.signal, log);
  return {
    get isRunning() {
      return runner.isRunning();
    },
    async stop() {
      stopping.abort();
      await runner.ended;
      await Promise.all([upkeep.stop(), backoff.stop()]);
      await pool.end();
    },
  };
}

/**
 * Keeps a runner of the library alive until `stopping` aborts. A runner gives up if the database goes down at a bad moment; its
 * promise then resolves, as after a stop (https://github.com/graphile/worker/issues/635), or rejects. A new runner starts after a
 * second, and the upkeep unlocks the jobs of the old one.
 */
function supervise(startRunner: () => Promise<Runner>, stopping: AbortSignal, log: Logger) {
  let runner: Runner | undefined;

  async function runOnce(): Promise<void> {
    const current = await startRunner();
    runner = current;
    let stopped: Promise<void> | undefined;
    const stop = () => {
      // Rejects if the runner gave up just before.
      stopped = current.stop().catch(() => undefined);
    };
    stopping.addEventListener('abort', stop);
    try {
      if (stopping.aborted) stop();
      await current.promise;
      await stopped;
    } finally {
      stopping.removeEventListener('abort', stop);
      runner = undefined;
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.aborted) {
      const reason = await runOnce().then(() => 'it ended', reasonOf);
      if (stopping.aborted) return;
      log.error({ event: 'worker_restarts', reason });
      await sleep(RESTART_AFTER_MS, undefined, { signal: stopping }).catch(() => undefined);
    }
  }

  return { isRunning: () => runner !== undefined, ended: loop() };
}

/** Our own lines describe each job, so the library's lines go to trace, and its errors to debug. */
function quietLogger(log: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.debug({ event: 'worker_error', message });
    else log.trace({ message });
  });
}
