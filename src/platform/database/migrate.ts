import { setTimeout as sleep } from 'node:timers/promises';
import { runMigrations } from 'graphile-worker';
import type { DataSource, QueryRunner } from 'typeorm';
import { indexTurns } from '../jobs/store/turns.ts';
import { connectDatabase, type DatabaseOptions, poolOf } from './data-source.ts';
import { letBackgroundWork, prepareRoles, ROLES, withParameter } from './roles.ts';

const TURN_MS = 100;
/** PostgreSQL ends the statement of a run that was stopped or killed within this time. Otherwise its locks would outlive it. */
const ORPHANED_AFTER = '2s';

/**
 * Brings the database to this version: its roles, our tables and the job queue's. Concurrent runs (a rolling
 * deployment) take turns. Returns the names of the migrations that it applied. After a crash the next run applies the
 * rest.
 */
export async function migrate(options: Omit<DatabaseOptions, 'role'>): Promise<string[]> {
  const url = withParameter(options.url, 'client_connection_check_interval', ORPHANED_AFTER);
  const withoutTimeout = { ...options, url, statementTimeoutMs: 0 };
  const login = await connectDatabase({ ...withoutTimeout, poolSize: 1 });
  try {
    const session = login.createQueryRunner();
    await session.connect();
    try {
      await takeTurn(session);
      await prepareRoles(session);
      return await migrateAsOwner(withoutTimeout);
    } finally {
      await session.query(`select pg_advisory_unlock(hashtextextended('migrate', 0))`).catch(() => undefined);
      await session.release();
    }
  } finally {
    await login.destroy();
  }
}

/** Polls for the lock: a session that waits inside a statement would block `create index concurrently` for ever. */
async function takeTurn(session: QueryRunner): Promise<void> {
  for (;;) {
    const [row] = (await session.query(`select pg_try_advisory_lock(hashtextextended('migrate', 0)) as acquired`)) as {
      acquired: boolean;
    }[];
    if (row?.acquired === true) return;
    await sleep(TURN_MS);
  }
}

async function migrateAsOwner(options: DatabaseOptions): Promise<string[]> {
  const database = await connectDatabase({ ...options, role: ROLES.migrator });
  try {
    const applied = await database.runMigrations();
    await runMigrations({ pgPool: poolOf(database) });
    const session = database.createQueryRunner();
    await letBackgroundWork(session)
      .then(() => indexTurns(session))
      .finally(() => session.release());
    return applied.map(({ name }) => name);
  } finally {
    await database.destroy();
  }
}

/** Returns true if the database lacks a migration of this version. */
export async function hasPendingMigrations(database: DataSource): Promise<boolean> {
  // TypeORM would create the table of migrations if it saw none.
  const [row] = (await database.query(
    `select has_table_privilege(to_regclass('schema_migrations'), 'select') as readable`,
  )) as { readable: boolean | null }[];
  return row?.readable !== true || database.showMigrations();
}
