import { fork } from 'node:child_process';
import { once } from 'node:events';
import { onCore } from '../neighbours/cores.ts';

export interface Request {
  headers: Record<string, string>;
  body: string;
}

export interface Job {
  url: string;
  connections: number;
  work:
    | { requests: readonly Request[]; seconds: number }
    /** So many in all: each once, where there are as many. */
    | { requests: readonly Request[]; amount: number }
    /** So many orders in all, each created and then confirmed; one token for each connection. */
    | { orders: number; tokens: readonly string[] };
}

export interface Outcome {
  requests: number;
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** The faults, and their numbers; empty where all was answered as it should be. */
  faults: string[];
}

export interface Load {
  /** Throws where a request failed, or was answered with errors. */
  run(job: Job): Promise<Outcome>;
  stop(): void;
}

/** A process that asks, on whatever core we are, or on those that are named. */
export function startLoad(cores?: string): Load {
  const child = fork(new URL('./load-process.js', import.meta.url), onCore(cores));
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('the load ended before it was told to')));
  // Whoever waits for an outcome hears of it.
  exited.catch(() => undefined);
  return {
    async run(job) {
      child.send(job);
      const [outcome] = (await Promise.race([once(child, 'message'), exited])) as [Outcome];
      if (outcome.faults.length > 0) throw new Error(`${job.url}: ${outcome.faults.join('; ')}`);
      return outcome;
    },
    stop: () => void child.kill(),
  };
}
