import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { isRetryable } from './errors.ts';

const MAX_ATTEMPTS = 5;

/**
 * Runs `work` in one transaction, and retries a deadlock or a serialization failure. So `work` must have no effect
 * except through `tx`, and must not call a neighbour.
 */
export function inTransaction<T>(database: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return withRetries(() => database.transaction(work));
}

/**
 * Runs `work` in a transaction that is always rolled back, and returns its result: a rehearsal, which changes nothing. It checks
 * what a commit would.
 */
export function rehearse<T>(database: DataSource, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return withRetries(async () => {
    const runner = database.createQueryRunner();
    try {
      await runner.startTransaction();
      const result = await work(runner.manager);
      await runner.query('set constraints all immediate');
      return result;
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
  });
}

/**
 * Retries `work` with backoff on a deadlock or a serialization failure. `work` is one transaction, or several that may
 * each run again.
 */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await sleep(Math.random() * 20 * 2 ** attempt);
    }
  }
}
