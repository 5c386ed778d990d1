import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { send } from '../database/send.ts';
import { call, statement } from '../database/statement.ts';

/** A job's name and payload, apart from whoever runs it: the enqueuing side needs no more. */
export interface JobDefinition<P> {
  readonly name: string;
  readonly schema: z.ZodType<P>;
}

export function defineJob<P>(name: string, schema: z.ZodType<P>): JobDefinition<P> {
  return { name, schema };
}

/** Done or seen: with the waits that backoff.ts allows, this is about five days. */
const MAX_ATTEMPTS = 1000;

export interface EnqueueOptions {
  /** Two jobs with one key are one job. */
  key: string;
  runAt?: Date;
}

/** What enqueue_job() is called with, by itself or in a statement that does more than that. */
export type JobValues = readonly [name: string, payload: string, key: string, runAt: Date | null, maxAttempts: number];

export function jobValues<P>(job: JobDefinition<P>, payload: P, { key, runAt }: EnqueueOptions): JobValues {
  return [job.name, JSON.stringify(payload), key, runAt ?? null, MAX_ATTEMPTS];
}

const ENQUEUE = statement(`select enqueue_job($1, $2::json, $3, $4, $5)`);

/** Part of the caller's transaction: rolled back with it, visible to the workers at its commit. */
export async function addJob(tx: EntityManager, job: JobValues): Promise<void> {
  await send(tx, call(ENQUEUE, ...job));
}

export function enqueue<P>(tx: EntityManager, job: JobDefinition<P>, payload: P, options: EnqueueOptions) {
  return addJob(tx, jobValues(job, payload, options));
}
