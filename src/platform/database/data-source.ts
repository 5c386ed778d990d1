import pg, { type Pool } from 'pg';
import {
  DataSource,
  type DataSourceOptions,
  type EntityTarget,
  type MigrationInterface,
  type Logger as TypeormLogger,
} from 'typeorm';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { guardPool, POOL_LIMITS } from './guard-pool.ts';
import { refusedParameter } from './pooler.ts';
import { asRole } from './roles.ts';

export interface DatabaseOptions {
  url: string;
  /** The role that the connections take (roles.ts); the login itself by default. */
  role?: string;
  entities: readonly EntityTarget<object>[];
  migrations: readonly (new () => MigrationInterface)[];
  log?: Logger;
  poolSize?: number;
  /** The name in pg_stat_activity. */
  applicationName?: string;
  /** The longest duration of one statement; 0 for no limit, as operators' commands need. */
  statementTimeoutMs?: number;
}

/** The longest statement of a request or a job. */
export const STATEMENT_TIMEOUT_MS = 15_000;
/** The time for the answer to a statement that was cancelled at its last moment. */
const ANSWER_MS = 2000;
/** A server that leaves a statement unanswered for longer has vanished. */
export const SILENT_MS = STATEMENT_TIMEOUT_MS + ANSWER_MS;

/** TypeORM would print a failed migration to stdout, which may be a JSON document. It throws the failure as well. */
const silent = () => undefined;
const SILENT: TypeormLogger = {
  logQuery: silent,
  logQueryError: silent,
  logQuerySlow: silent,
  logSchemaBuild: silent,
  logMigration: silent,
  log: silent,
};

export function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    // TypeORM would look for pg by name, and find another copy than the one in the server's bundle.
    driver: pg,
    url: options.role === undefined ? options.url : asRole(options.url, options.role),
    entities: [...options.entities] as DataSourceOptions['entities'],
    migrations: [...options.migrations],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logger: SILENT,
    installExtensions: false,
    uuidExtension: undefined,
    applicationName: options.applicationName ?? 'self-topup',
    poolSize: options.poolSize ?? 12,
    extra: {
      // run-queries.ts pipelines the statements of a step; without this each would wait for the one before it.
      pipeline: true,
      ...POOL_LIMITS,
      idleTimeoutMillis: 30_000,
      // A statement or an open transaction that hangs must not hold a row lock for long.
      statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 15_000,
    },
    poolErrorHandler: (error: Error) =>
      options.log?.warn({ event: 'database_connection_lost', reason: reasonOf(error) }),
  };
}

/** Connects. Throws if the connections do not act as the given role. */
export async function connectDatabase(options: DatabaseOptions): Promise<DataSource> {
  const database = await new DataSource(dataSourceOptions(options)).initialize().catch((error: Error) => {
    throw refusedParameter(error);
  });
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  if (options.role !== undefined) await assertActsAs(database, options.role, statementTimeoutMs > 0);
  guardPool(poolOf(database), { silentMs: statementTimeoutMs > 0 ? statementTimeoutMs + ANSWER_MS : 0 });
  return database;
}

/**
 * A pooler that drops a startup parameter leaves a connection all rights of its login, past every policy, or without a limit of time,
 * and nobody would notice.
 */
async function assertActsAs(database: DataSource, role: string, isLimited: boolean): Promise<void> {
  const [row] = (await database.query(
    `select current_user as name, current_setting('statement_timeout') as "timeout"`,
  )) as { name: string; timeout: string }[];
  const isAsRole = row?.name === role;
  if (isAsRole && !(isLimited && row.timeout === '0')) return;
  await database.destroy();
  const passOn = 'configure the pooler in front of PostgreSQL to pass on the startup parameter';
  throw new Error(
    isAsRole
      ? `Connections to the database have no statement_timeout: ${passOn} of that name, or give it to the login by \`alter role\``
      : `Connections to the database act as ${row?.name}, not as ${role}: ${passOn} "options"`,
  );
}

/** Returns the pg pool under TypeORM. */
export function poolOf(database: DataSource): Pool {
  return (database.driver as unknown as { master: Pool }).master;
}
