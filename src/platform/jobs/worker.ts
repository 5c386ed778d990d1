import { setTimeout as sleep } from 'node:timers/promises';
import { type JobHelpers, type Runner, run, type TaskList, Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { inSpan, remoteParent, SpanKind, setFacts } from '../telemetry/spans.ts';
import { startBackoff } from './backoff.ts';
import type { JobDefinition } from './job.ts';
import { createJobPool } from './job-pool.ts';
import { startUpkeep } from './upkeep.ts';

export interface JobMeta {
  jobId: string;
  attempt: number;
  log: Logger;
  /** Aborted when this replica stops and waits no longer: what takes long should end. */
  stopping: AbortSignal;
}

/** Whoever runs a job: it may run again at any time, also beside itself, and must then change nothing. */
export interface JobHandler {
  readonly name: string;
  run(payload: unknown, meta: JobMeta): Promise<void>;
}

export function handle<P>(job: JobDefinition<P>, run: (payload: P, meta: JobMeta) => Promise<void>): JobHandler {
  return { name: job.name, run: async (payload, meta) => run(job.schema.parse(payload), meta) };
}

export interface JobWorker {
  /** Whether it takes jobs; false for the moment in which it starts again. */
  readonly isRunning: boolean;
  /** Lets the running jobs finish. */
  stop(): Promise<void>;
}

interface JobWorkerOptions {
  databaseUrl: string;
  handlers: readonly JobHandler[];
  /** Jobs by the clock (UTC), each enqueued once for all replicas. */
  crontab?: string;
  log: Logger;
  concurrency?: number;
  onFinished?: (job: string, outcome: 'done' | 'failed') => void;
}

function toTask(handler: JobHandler, options: JobWorkerOptions) {
  async function runLogged(payload: unknown, helpers: JobHelpers, correlationId?: string): Promise<void> {
    const log = options.log.child({ job: handler.name, jobId: helpers.job.id, correlationId });
    try {
      await handler.run(payload, {
        jobId: helpers.job.id,
        attempt: helpers.job.attempts,
        log,
        stopping: helpers.abortSignal,
      });
      log.info({ event: 'job_done', attempt: helpers.job.attempts });
      options.onFinished?.(handler.name, 'done');
    } catch (error) {
      const outOfAttempts = helpers.job.attempts >= helpers.job.max_attempts;
      const level = outOfAttempts ? 'error' : 'warn';
      const event = outOfAttempts ? 'job_out_of_attempts' : 'job_failed';
      log[level]({ event, attempt: helpers.job.attempts, reason: reasonOf(error) });
      options.onFinished?.(handler.name, 'failed');
      throw error;
    }
  }

  // In the trace that it was enqueued in: `traceparent` of the payload, beside the correlation id.
  return async (payload: unknown, helpers: JobHelpers): Promise<void> => {
    const { correlationId, traceparent } = (payload ?? {}) as { correlationId?: string; traceparent?: string };
    const facts = { job: handler.name, attempt: helpers.job.attempts, correlationId };
    const terms = { kind: SpanKind.CONSUMER, facts, within: remoteParent(traceparent) };
    try {
      await inSpan(`job ${handler.name}`, terms, async (span) => {
        await runLogged(payload, helpers, correlationId);
        setFacts(span, { outcome: 'done' });
      });
    } catch (error) {
      // The library keeps its words in the job's row, where commands read them, and logs its stack.
      throw new Error(reasonOf(error));
    }
  };
}

/** Our log lines say what matters of a job; the library's own go to the level below, but for its errors. */
function quietLogger(log: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.debug({ event: 'worker_error', message });
    else log.trace({ message });
  });
}

const RESTART_AFTER_MS = 1000;

/**
 * Runs jobs in this process, on connections of its own. Every replica has one; PostgreSQL hands each job to one of them. The
 * library's runner gives up when the database is away at a bad moment: it is then started again, and the job that it held
 * is freed by the upkeep.
 */
export function startJobWorker(options: JobWorkerOptions): JobWorker {
  const concurrency = options.concurrency ?? 4;
  const pool = createJobPool(options, concurrency + 2);
  const upkeep = startUpkeep(pool, options.log);
  const backoff = startBackoff(pool, upkeep.events, options.log);
  const taskList: TaskList = Object.fromEntries(
    options.handlers.map((handler) => [handler.name, toTask(handler, options)]),
  );
  const stopping = new AbortController();
  let runner: Runner | undefined;

  async function runOnce(): Promise<void> {
    upkeep.forgetWorkers();
    runner = await run({
      pgPool: pool,
      taskList,
      crontab: options.crontab ?? '',
      concurrency,
      noHandleSignals: true,
      pollInterval: 1000,
      logger: quietLogger(options.log),
      events: upkeep.events,
      // Batched, a job's end is noted by a loop that reports its failures; unbatched, a failure ends the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    });
    if (stopping.signal.aborted) await runner.stop();
    await runner.promise;
  }

  async function supervise(): Promise<void> {
    while (!stopping.signal.aborted) {
      const reason = await runOnce().then(() => 'it ended', reasonOf);
      runner = undefined;
      if (stopping.signal.aborted) return;
      options.log.error({ event: 'worker_restarts', reason });
      await sleep(RESTART_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const supervision = supervise();
  return {
    get isRunning() {
      return runner !== undefined;
    },
    async stop() {
      stopping.abort();
      await runner?.stop().catch(() => undefined);
      await supervision;
      await Promise.all([upkeep.stop(), backoff.stop()]);
      await pool.end();
    },
  };
}
