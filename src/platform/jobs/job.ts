import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { runQuery } from '../database/run-queries.ts';
import { type Sql, sql } from '../database/sql.ts';

/** A job's name and payload: what those who enqueue it need. Its handler stands beside it, in the feature's jobs.ts. */
export interface JobDefinition<P> {
  readonly name: string;
  readonly schema: z.ZodType<P>;
}

export function defineJob<P>(name: string, schema: z.ZodType<P>): JobDefinition<P> {
  return { name, schema };
}

/** Done, or seen by an operator: with the waits that backoff.ts allows, this is about five days. */
const MAX_ATTEMPTS = 1000;

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
