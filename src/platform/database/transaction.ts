import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { isRetryable } from './errors.ts';

const MAX_ATTEMPTS = 5;

/**
 * Runs `work` in one transaction, again where PostgreSQL asks for it (deadlock, serialization failure): `work` must have
 * no effect but through `tx`, and must not call a neighbour.
 */
export function inTransaction<T>(database: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return retried(() => database.transaction(work));
}

/** Of what is a transaction, or several, each of which may be done again. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await sleep(Math.random() * 20 * 2 ** attempt);
    }
  }
}
