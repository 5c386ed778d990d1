import type { Pool } from 'pg';
import { DataSource, type DataSourceOptions, type EntityTarget, type MigrationInterface } from 'typeorm';
import type { Logger } from '../logger.ts';

export interface DatabaseOptions {
  url: string;
  entities: readonly EntityTarget<object>[];
  migrations: readonly (new () => MigrationInterface)[];
  log?: Logger;
  poolSize?: number;
  /** Longest that one statement may take; 0 for as long as it takes, for operators' commands. */
  statementTimeoutMs?: number;
}

export function dataSourceOptions(options: DatabaseOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: options.url,
    entities: [...options.entities] as DataSourceOptions['entities'],
    migrations: [...options.migrations],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    uuidExtension: undefined,
    applicationName: 'self-topup',
    poolSize: options.poolSize ?? 12,
    extra: {
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 30_000,
      // A statement or an open transaction that hangs must not hold a row lock for long.
      statement_timeout: options.statementTimeoutMs ?? 15_000,
      idle_in_transaction_session_timeout: 15_000,
    },
    poolErrorHandler: (error: Error) => options.log?.warn({ event: 'database_connection_lost', reason: error.message }),
  };
}

/** Connects. A connection that breaks while somebody holds it gets a listener too, or it would end the process. */
export async function connectDatabase(options: DatabaseOptions): Promise<DataSource> {
  const database = await new DataSource(dataSourceOptions(options)).initialize();
  poolOf(database).on('connect', (client) => client.on('error', () => undefined));
  return database;
}

/** The pg pool under TypeORM. */
export function poolOf(database: DataSource): Pool {
  return (database.driver as unknown as { master: Pool }).master;
}
