import { setTimeout as sleep } from 'node:timers/promises';
import { type Runner, run, Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { startBackoff } from './backoff.ts';
import { BATCHED_ENDS } from './batched-ends.ts';
import type { JobHandler } from './job.ts';
import { createJobPool } from './job-pool.ts';
import { type RecurringJob, recurringHandler } from './recurring.ts';
import { type JobTerms, taskOf } from './run-job.ts';
import { startUpkeep } from './upkeep.ts';

export interface JobWorker {
  /** Whether it takes jobs; false for the moment in which it starts again. */
  readonly isRunning: boolean;
  /** Lets the running jobs finish. */
  stop(): Promise<void>;
}

export interface JobWorkerOptions {
  databaseUrl: string;
  handlers: readonly JobHandler[];
  recurring?: readonly RecurringJob[];
  /** Jobs by the clock (UTC), each enqueued once for all replicas. */
  crontab?: string;
  log: Logger;
  /** How many jobs run at once. */
  concurrency?: number | undefined;
  onFinished?: JobTerms['onFinished'];
}

const CONCURRENCY = 4;
/** How late a job may start whose time has come; a job that is enqueued for now starts at once. */
const POLL_INTERVAL_MS = 1000;
const RESTART_AFTER_MS = 1000;

/**
 * Runs jobs in this process, on connections of its own. Every replica has one; PostgreSQL hands each job to one of them, the
 * lower priority first, then the older. Recurring jobs take a slot like any other.
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
 * Keeps a runner of the library going until `stopping` aborts. The runner gives up when the database goes away at a bad moment;
 * its promise then resolves, as after a stop (https://github.com/graphile/worker/issues/635), or rejects. Another one is started
 * after a second, and the upkeep frees the jobs that the first one held.
 */
function supervise(startRunner: () => Promise<Runner>, stopping: AbortSignal, log: Logger) {
  let runner: Runner | undefined;

  async function runOnce(): Promise<void> {
    const started = await startRunner();
    runner = started;
    let stopped: Promise<void> | undefined;
    const stop = () => {
      // Rejects where the runner has given up by itself just before.
      stopped = started.stop().catch(() => undefined);
    };
    stopping.addEventListener('abort', stop);
    try {
      if (stopping.aborted) stop();
      await started.promise;
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

/** Our log lines say what matters of a job; the library's own go to the level below, but for its errors. */
function quietLogger(log: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.debug({ event: 'worker_error', message });
    else log.trace({ message });
  });
}
