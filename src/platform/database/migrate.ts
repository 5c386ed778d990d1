import { runMigrations } from 'graphile-worker';
import type { DataSource, QueryRunner } from 'typeorm';
import { indexTurns } from '../jobs/store/turns.ts';
import { connectDatabase, type DatabaseOptions, poolOf } from './data-source.ts';
import { endTurn, takeTurn } from './migration-turn.ts';
import { letBackgroundWork, prepareRoles, ROLES, withParameter } from './roles.ts';

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
  const login = await connectDatabase({ ...withoutTimeout, poolSize: 2 });
  const [turn, session] = [login.createQueryRunner(), login.createQueryRunner()];
  try {
    await takeTurn(turn);
    await prepareRoles(session);
    return await migrateAsOwner(withoutTimeout, turn);
  } finally {
    await endTurn(turn).catch(() => undefined);
    await Promise.all([turn.release(), session.release()]);
    await login.destroy();
  }
}

async function migrateAsOwner(options: DatabaseOptions, turn: QueryRunner): Promise<string[]> {
  const database = await connectDatabase({ ...options, role: ROLES.migrator });
  try {
    // Creates the table of migrations in an empty database, so that the turn can be taken on it.
    await database.showMigrations();
    await takeTurn(turn);
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
