import type { EntityManager } from 'typeorm';
import type { z } from 'zod';

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

/** Part of the caller's transaction: rolled back with it, visible to the workers at its commit. */
export async function enqueue<P>(tx: EntityManager, job: JobDefinition<P>, payload: P, options: EnqueueOptions) {
  await tx.query(`select enqueue_job($1, $2::json, $3, $4, $5)`, [
    job.name,
    JSON.stringify(payload),
    options.key,
    options.runAt ?? null,
    MAX_ATTEMPTS,
  ]);
}
