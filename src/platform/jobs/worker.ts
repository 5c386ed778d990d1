import { setTimeout as sleep } from 'node:timers/promises';
import { type JobRunner, type RunnerOptions, startRunner } from './runner.ts';

export interface JobWorker {
  readonly name: string;
  /** False while it starts, restarts, or gets no jobs from the database. */
  readonly isRunning: boolean;
  /** Lets the running jobs finish. */
  stop(): Promise<void>;
}

export interface JobWorkerOptions extends RunnerOptions {
  /** Tells the workers of a process apart, in its log and metrics. */
  name?: string;
  onRestart?: (name: string) => void;
}

const RESTART_AFTER_MS = 1000;

/**
 * Runs jobs in this process, on its own connections. Every replica has a worker. PostgreSQL gives each job to one of them: the
 * lowest priority number first, then the oldest. Recurring jobs take a slot like any other.
 *
 * A runner that fails is ended and replaced by a new one, a second later. Whatever the old one has locked and not finished
 * is unlocked by the upkeep of any runner, and runs again: a job that still runs in the old one may then run twice, and handlers
 * are idempotent.
 */
export function startJobWorker(options: JobWorkerOptions): JobWorker {
  const { name = 'jobs', log, onRestart } = options;
  const stopping = new AbortController();
  const stopped = new Promise<undefined>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(undefined));
  });
  let runner: JobRunner | undefined;

  async function supervise(): Promise<void> {
    while (!stopping.signal.aborted) {
      const current = startRunner(options);
      runner = current;
      const reason = await Promise.race([current.failed, stopped]);
      runner = undefined;
      if (reason !== undefined) {
        log.error({ event: 'worker_restarts', runner: name, reason });
        onRestart?.(name);
      }
      await current.end();
      await sleep(RESTART_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const ended = supervise();
  return {
    name,
    get isRunning() {
      return runner?.isTakingJobs === true;
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}
