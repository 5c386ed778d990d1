import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { runQuery } from '../database/run-queries.ts';
import { type Sql, sql, toJson } from '../database/sql.ts';
import type { Logger } from '../telemetry/logger.ts';
import { TURNS } from './store/turns.ts';

/**
 * One kind of job, defined in a feature's jobs.ts. Rows of the queue contain its name: do not rename a job that production has used.
 */
export interface JobDefinition<P> {
  readonly name: string;
  readonly payload: z.ZodType<P>;
  /** One of PRIORITIES. */
  readonly priority: number;
  /** Fails the job before `run` if the payload does not match the schema. */
  handle(run: (payload: P, meta: JobMeta) => Promise<void>): JobHandler;
}

/** Runs one kind of job. It must be idempotent: a job may run again at any time, also in parallel with itself. */
export interface JobHandler {
  readonly name: string;
  /** A failed run is not retried; the next one keeps its schedule (recurring.ts). */
  readonly isRecurring?: boolean;
  run(payload: unknown, meta: JobMeta): Promise<void>;
}

export interface JobMeta extends JobLock {
  log: Logger;
  /** No retry changes it. */
  enqueuedAt: Date;
  /** Aborts when this replica stops: a long run should end soon. */
  stopping: AbortSignal;
}

/** Identifies one attempt at one job; no other attempt ever has the same lock. */
export interface JobLock {
  jobId: string;
  workerId: string;
  /** Counts from 1. */
  attempt: number;
}

/** The order of the kinds: bookings before everything else that is new. See store/turns.ts. */
export const PRIORITIES = { booking: 0, invoice: TURNS, mail: 2 * TURNS } as const;

type Definition<P> = Pick<JobDefinition<P>, 'name' | 'payload'> & { priority?: number };

export function defineJob<P>({ name, payload, priority = PRIORITIES.booking }: Definition<P>): JobDefinition<P> {
  return {
    name,
    payload,
    priority,
    handle: (run) => ({ name, run: async (json, meta) => run(payload.parse(json), meta) }),
  };
}

/** About five days with the waits of backoff.ts: by then an operator has seen the job. */
export const MAX_ATTEMPTS = 1000;

export interface EnqueueOptions {
  /** A new job replaces the waiting job of its key. If that one runs already, it ends its run and is not retried. */
  key: string;
  /** Now by default. */
  runAt?: Date;
}

export interface NewJob extends EnqueueOptions {
  readonly name: string;
  readonly priority: number;
  /** Jobs of the same `organizationId` take turns with those of others; jobs without one do not. */
  readonly payload: object;
}

export function newJob<P extends object>(job: JobDefinition<P>, payload: P, options: EnqueueOptions): NewJob {
  return { name: job.name, priority: job.priority, payload, ...options };
}

/** Enqueues as an expression of a larger statement: `select ${enqueued(job)} from moved`. */
export const enqueued = ({ name, priority, payload, key, runAt }: NewJob): Sql =>
  sql`enqueue_job(${name}, ${JSON.stringify(payload)}::json, ${key}, ${runAt ?? null}, ${MAX_ATTEMPTS}, ${priority})`;

/** The same for several jobs, with different keys. For the background alone. */
export const allEnqueued = (jobs: readonly NewJob[]): Sql => {
  const specs = jobs.map(({ name: task, priority: firstPriority, payload, key, runAt }) => {
    return { task, payload, key, runAt, maxAttempts: MAX_ATTEMPTS, firstPriority };
  });
  return sql`enqueue_jobs(${toJson(specs)})`;
};

/** Enqueues in the caller's transaction: a rollback removes the job, and workers see it at the commit. */
export async function enqueueJob(tx: EntityManager, job: NewJob): Promise<void> {
  await runQuery(tx, sql`select ${enqueued(job)}`);
}
