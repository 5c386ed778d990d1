import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { runQuery } from '../database/run-queries.ts';
import { type Sql, sql } from '../database/sql.ts';
import type { Logger } from '../telemetry/logger.ts';

/**
 * One kind of job. Rows of the queue carry its name, so a name that production has used stays. Its payload and handler stand
 * beside it, in the feature's jobs.ts.
 */
export interface JobDefinition<P> {
  readonly name: string;
  readonly payload: z.ZodType<P>;
  /** A payload that does not fit the schema fails the job before `run` sees it. */
  handle(run: (payload: P, meta: JobMeta) => Promise<void>): JobHandler;
}

/** Runs one kind of job. A job may run again at any time, also beside itself, and must then change nothing. */
export interface JobHandler {
  readonly name: string;
  /** A failed run is not retried: the next one comes in its time (recurring.ts). */
  readonly isRecurring?: boolean;
  run(payload: unknown, meta: JobMeta): Promise<void>;
}

export interface JobMeta extends JobLock {
  log: Logger;
  /** Aborts when this replica stops: whatever takes long should end soon. */
  stopping: AbortSignal;
}

/** Identifies one attempt at one job: nobody else holds the same lock, before or after. */
export interface JobLock {
  jobId: string;
  workerId: string;
  /** Counts from 1. */
  attempt: number;
}

export function defineJob<P>({ name, payload }: Pick<JobDefinition<P>, 'name' | 'payload'>): JobDefinition<P> {
  return {
    name,
    payload,
    handle: (run) => ({ name, run: async (json, meta) => run(payload.parse(json), meta) }),
  };
}

/** Done, or seen by an operator: with the waits that backoff.ts allows, this is about five days. */
export const MAX_ATTEMPTS = 1000;

export interface EnqueueOptions {
  /** Two jobs with one key are one job. */
  key: string;
  /** Now, where it is left out. */
  runAt?: Date;
}

/** A job to enqueue. */
export interface NewJob extends EnqueueOptions {
  readonly name: string;
  readonly payload: object;
}

export function newJob<P extends object>(job: JobDefinition<P>, payload: P, options: EnqueueOptions): NewJob {
  return { name: job.name, payload, ...options };
}

/** Enqueues, as an expression of a statement that does more than that: `select ${enqueued(job)} from moved`. */
export const enqueued = ({ name, payload, key, runAt }: NewJob): Sql =>
  sql`enqueue_job(${name}, ${JSON.stringify(payload)}::json, ${key}, ${runAt ?? null}, ${MAX_ATTEMPTS})`;

/** Part of the caller's transaction: rolled back with it, visible to the workers at its commit. */
export async function enqueueJob(tx: EntityManager, job: NewJob): Promise<void> {
  await runQuery(tx, sql`select ${enqueued(job)}`);
}
