import type { Socket } from 'node:net';
import pg, { type Pool, type PoolClient } from 'pg';
import { DataSource, type DataSourceOptions, type EntityTarget, type MigrationInterface } from 'typeorm';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
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

const STATEMENT_TIMEOUT_MS = 15_000;
/** The time for the answer to a statement that was cancelled at its last moment. */
const ANSWER_MS = 2000;

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
    installExtensions: false,
    uuidExtension: undefined,
    applicationName: options.applicationName ?? 'self-topup',
    poolSize: options.poolSize ?? 12,
    extra: {
      // run-queries.ts pipelines the statements of a step; without this each would wait for the one before it.
      pipeline: true,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 30_000,
      // Detects a host that vanished silently within half a minute, even if no timeout is set.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // A statement or an open transaction that hangs must not hold a row lock for long.
      statement_timeout: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 15_000,
    },
    poolErrorHandler: (error: Error) =>
      options.log?.warn({ event: 'database_connection_lost', reason: reasonOf(error) }),
  };
}

/**
 * Connects. Throws if the connections do not act as the given role. Adds an error listener to each connection, because
 * one that breaks in use would end the process.
 */
export async function connectDatabase(options: DatabaseOptions): Promise<DataSource> {
  const database = await new DataSource(dataSourceOptions(options)).initialize();
  if (options.role !== undefined) await assertActsAs(database, options.role);
  const pool = poolOf(database);
  listenToBreaks(pool);
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  if (statementTimeoutMs > 0) breakWhereSilent(pool, statementTimeoutMs + ANSWER_MS);
  return database;
}

/**
 * Listens when a client connects, and on acquire for the one that connected before this call. The pool listens to idle
 * clients.
 */
function listenToBreaks(pool: Pool): void {
  const withListener = new WeakSet<PoolClient>();
  const listen = (client: PoolClient) => {
    if (withListener.has(client)) return;
    withListener.add(client);
    client.on('error', () => undefined);
  };
  pool.on('connect', listen);
  pool.on('acquire', listen);
}

/**
 * A pooler that drops the startup parameter leaves a connection all rights of its login, past every policy, and nobody
 * would notice.
 */
async function assertActsAs(database: DataSource, role: string): Promise<void> {
  const [row] = (await database.query('select current_user as name')) as { name: string }[];
  if (row?.name === role) return;
  await database.destroy();
  throw new Error(
    `Connections to the database act as ${row?.name}, not as ${role}: configure the pooler in front of PostgreSQL to pass on the startup parameter "options"`,
  );
}

/**
 * PostgreSQL cancels a long statement, unless its host has vanished: then the caller would wait for ever. So a
 * connection in use breaks after this long without a byte. pg's query_timeout does not help: it leaves the connection
 * busy, TypeORM returns it to the pool as good, and the next caller may get it in the middle of a transaction.
 */
function breakWhereSilent(pool: Pool, ms: number): void {
  const socketOf = (client: PoolClient) => (client as unknown as { connection: { stream: Socket } }).connection.stream;
  function giveUp(this: Socket): void {
    this.destroy(new Error(`The database sent nothing for ${ms} ms`));
  }
  pool.on('acquire', (client) => socketOf(client).setTimeout(ms, giveUp));
  pool.on('release', (_error, client) => socketOf(client).setTimeout(0, giveUp));
}

/** Returns the pg pool under TypeORM. */
export function poolOf(database: DataSource): Pool {
  return (database.driver as unknown as { master: Pool }).master;
}
