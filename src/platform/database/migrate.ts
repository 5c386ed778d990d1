import { runMigrations } from 'graphile-worker';
import { type DataSource, MigrationExecutor, type QueryRunner } from 'typeorm';
import { indexTurns } from '../jobs/store/turns.ts';
import { connectDatabase, type DatabaseOptions, poolOf } from './data-source.ts';
import { LOCK_TIMEOUT, limitLockWaits, MIGRATING, type Patience, untilNothingIsInTheWay } from './lock-waits.ts';
import { endTurn, takeTurn } from './migration-turn.ts';
import { assertRights, letBackgroundWork, prepareRoles, ROLES, withParameter } from './roles.ts';

/** PostgreSQL ends the statement of a run that was stopped or killed within this time. Otherwise its locks would outlive it. */
const ORPHANED_AFTER = '2s';
const PATIENCE: Patience = { seconds: 600, onWait: () => undefined };

export interface MigrateOptions extends Omit<DatabaseOptions, 'role'> {
  patience?: Partial<Patience>;
}

/**
 * Brings the database to this version: its roles, our tables and the job queue's. Concurrent runs (a rolling
 * deployment) take turns. Returns the names of the migrations that it applied. After a crash the next run applies the
 * rest. A lock that somebody else holds is waited for in short tries.
 */
export function migrate(options: MigrateOptions): Promise<string[]> {
  return inTurn(options, (parts) => migrateAsOwner(parts));
}

/** Creates the roles and their rights in a database without tables, into which a dump is restored next. */
export async function prepareDatabase(options: MigrateOptions): Promise<void> {
  await inTurn(options, async () => undefined);
}

interface Parts {
  options: DatabaseOptions;
  /** Connections that act as the login itself: they create roles, and find out what holds a lock. */
  login: DataSource;
  turn: QueryRunner;
  patience: Patience;
}

async function inTurn<T>({ patience, ...given }: MigrateOptions, run: (parts: Parts) => Promise<T>): Promise<T> {
  const limited = withParameter(given.url, 'lock_timeout', LOCK_TIMEOUT);
  const url = withParameter(limited, 'client_connection_check_interval', ORPHANED_AFTER);
  const options = { ...given, url, statementTimeoutMs: 0, applicationName: MIGRATING };
  const login = await connectDatabase({ ...options, poolSize: 3 });
  const [turn, session] = [login.createQueryRunner(), login.createQueryRunner()];
  const parts = { options, login, turn, patience: { ...PATIENCE, ...patience } };
  try {
    await takeTurn(turn);
    await untilNothingIsInTheWay(login, parts.patience, () => prepareRoles(session));
    return await run(parts);
  } finally {
    await endTurn(turn).catch(() => undefined);
    await Promise.all([turn.release(), session.release()]);
    await login.destroy();
  }
}

async function migrateAsOwner({ options, login, turn, patience }: Parts): Promise<string[]> {
  const database = await connectDatabase({ ...options, role: ROLES.migrator });
  const session = limitLockWaits(database.createQueryRunner());
  try {
    // Creates the table of migrations in an empty database, so that the turn can be taken on it.
    await database.showMigrations();
    await takeTurn(turn);
    const executor = new MigrationExecutor(database, session);
    executor.transaction = 'each';
    const before = await namesOf(executor);
    await untilNothingIsInTheWay(login, patience, async () => {
      await executor.executePendingMigrations();
      await runMigrations({ pgPool: poolOf(database) });
      await letBackgroundWork(session);
      await indexTurns(session);
    });
    await assertRights(database);
    return [...(await namesOf(executor))].filter((name) => !before.has(name));
  } finally {
    await session.release();
    await database.destroy();
  }
}

/** Returns the migrations that were applied, oldest first. */
async function namesOf(executor: MigrationExecutor): Promise<ReadonlySet<string>> {
  return new Set((await executor.getExecutedMigrations()).map(({ name }) => name).toReversed());
}

/** Returns true if the database lacks a migration of this version. */
export async function hasPendingMigrations(database: DataSource): Promise<boolean> {
  // TypeORM would create the table of migrations if it saw none.
  const [row] = (await database.query(
    `select has_table_privilege(to_regclass('schema_migrations'), 'select') as readable`,
  )) as { readable: boolean | null }[];
  return row?.readable !== true || database.showMigrations();
}
