import { type JobHelpers, type Runner, run, type TaskList, Logger as WorkerLogger } from 'graphile-worker';
import pg from 'pg';
import type { Logger } from '../logger.ts';
import type { JobDefinition } from './job.ts';
import { startLiveness } from './liveness.ts';

export interface JobMeta {
  jobId: string;
  attempt: number;
  log: Logger;
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
  /** Lets the running jobs finish. */
  stop(): Promise<void>;
}

interface JobWorkerOptions {
  databaseUrl: string;
  handlers: readonly JobHandler[];
  log: Logger;
  concurrency?: number;
  onFinished?: (job: string, outcome: 'done' | 'failed') => void;
}

function toTask(handler: JobHandler, options: JobWorkerOptions) {
  return async (payload: unknown, helpers: JobHelpers): Promise<void> => {
    const { correlationId } = (payload ?? {}) as { correlationId?: string };
    const log = options.log.child({ job: handler.name, jobId: helpers.job.id, correlationId });
    try {
      await handler.run(payload, { jobId: helpers.job.id, attempt: helpers.job.attempts, log });
      log.info({ event: 'job_done', attempt: helpers.job.attempts });
      options.onFinished?.(handler.name, 'done');
    } catch (error) {
      const outOfAttempts = helpers.job.attempts >= helpers.job.max_attempts;
      const level = outOfAttempts ? 'error' : 'warn';
      const event = outOfAttempts ? 'job_out_of_attempts' : 'job_failed';
      log[level]({ event, attempt: helpers.job.attempts, reason: (error as Error).message });
      options.onFinished?.(handler.name, 'failed');
      throw error;
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

/** Runs jobs in this process, on connections of its own. Every replica has one; PostgreSQL hands each job to one of them. */
export async function startJobWorker(options: JobWorkerOptions): Promise<JobWorker> {
  const concurrency = options.concurrency ?? 4;
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: concurrency + 2,
    application_name: 'self-topup-jobs',
  });
  pool.on('error', (error) => options.log.warn({ event: 'database_connection_lost', reason: error.message }));
  pool.on('connect', (client) => client.on('error', () => undefined));

  const taskList: TaskList = Object.fromEntries(
    options.handlers.map((handler) => [handler.name, toTask(handler, options)]),
  );
  const liveness = startLiveness(pool, options.log);
  let runner: Runner;
  try {
    runner = await run({
      pgPool: pool,
      taskList,
      concurrency,
      noHandleSignals: true,
      pollInterval: 1000,
      logger: quietLogger(options.log),
      events: liveness.events,
    });
  } catch (error) {
    await liveness.stop();
    await pool.end();
    throw error;
  }
  // Its own supervision: a runner that gives up (the database was away for long) must not take the process down unseen.
  runner.promise.catch((error: Error) => options.log.error({ event: 'worker_stopped', reason: error.message }));
  return {
    async stop() {
      await runner.stop().catch(() => undefined);
      await liveness.stop();
      await pool.end();
    },
  };
}
