import { runMigrations } from 'graphile-worker';
import type { DataSource } from 'typeorm';
import { poolOf } from './data-source.ts';

/**
 * Brings the database to this version: our tables and the job queue's. Two at once (a rolling deployment) go one after the
 * other. Answers the names of what was applied.
 */
export async function migrate(database: DataSource): Promise<string[]> {
  const session = database.createQueryRunner();
  await session.connect();
  try {
    await session.query(`select pg_advisory_lock(hashtextextended('migrate', 0))`);
    const applied = await database.runMigrations();
    await runMigrations({ pgPool: poolOf(database) });
    return applied.map(({ name }) => name);
  } finally {
    await session.query(`select pg_advisory_unlock(hashtextextended('migrate', 0))`).catch(() => undefined);
    await session.release();
  }
}

/** Whether the database lacks a migration that this version has. */
export function hasPendingMigrations(database: DataSource): Promise<boolean> {
  return database.showMigrations();
}
