import type { Socket } from 'node:net';
import pg, { type Pool, type PoolClient } from 'pg';
import { DataSource, type DataSourceOptions, type EntityTarget, type MigrationInterface } from 'typeorm';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { asRole } from './roles.ts';

export interface DatabaseOptions {
  url: string;
  /** Whom the connections act as (roles.ts); whoever logs in where nothing is said. */
  role?: string;
  entities: readonly EntityTarget<object>[];
  migrations: readonly (new () => MigrationInterface)[];
  log?: Logger;
  poolSize?: number;
  /** As pg_stat_activity shows it. */
  applicationName?: string;
  /** Longest that one statement may take; 0 for as long as it takes, for operators' commands. */
  statementTimeoutMs?: number;
}

const STATEMENT_TIMEOUT_MS = 15_000;
/** What the answer to a statement that was cancelled at its last moment may take to get here. */
const ANSWER_MS = 2000;

export function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    // Else TypeORM looks for it by name, and finds another copy than the server's bundle has.
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
      // run-queries.ts sends the statements of a step together; without this each would wait for the one before it.
      pipeline: true,
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 30_000,
      // A host that is gone without a word is found out even where no time is set, within half a minute.
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
 * Connects. A connection that breaks while somebody holds it gets a listener too, or it would end the process. Throws where the
 * connections do not act as the role that they were given.
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

/** As they connect, and as it is taken the one that connected before this was called. The pool listens while nobody has them. */
function listenToBreaks(pool: Pool): void {
  const heard = new WeakSet<PoolClient>();
  const listen = (client: PoolClient) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('error', () => undefined);
  };
  pool.on('connect', listen);
  pool.on('acquire', listen);
}

/** A pooler that drops the startup parameter leaves a connection all that its login may: past every policy, and nobody would see. */
async function assertActsAs(database: DataSource, role: string): Promise<void> {
  const [row] = (await database.query('select current_user as name')) as { name: string }[];
  if (row?.name === role) return;
  await database.destroy();
  throw new Error(
    `Connections to the database act as ${row?.name}, not as ${role}: what stands before PostgreSQL must pass options on`,
  );
}

/**
 * The database ends what takes too long, unless its host is gone without a word: then who holds a connection would wait for
 * ever. It is broken after that long without a byte. Not by pg's query_timeout: that leaves the connection busy, TypeORM
 * gives it back to the pool like a good one, and it may be in the middle of a transaction when the next one gets it.
 */
function breakWhereSilent(pool: Pool, ms: number): void {
  const socketOf = (client: PoolClient) => (client as unknown as { connection: { stream: Socket } }).connection.stream;
  function giveUp(this: Socket): void {
    this.destroy(new Error(`The database said nothing for ${ms} ms`));
  }
  pool.on('acquire', (client) => socketOf(client).setTimeout(ms, giveUp));
  pool.on('release', (_error, client) => socketOf(client).setTimeout(0, giveUp));
}

/** The pg pool under TypeORM. */
export function poolOf(database: DataSource): Pool {
  return (database.driver as unknown as { master: Pool }).master;
}
