import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { TEMPLATE, withDatabaseName } from './database-names.ts';

export interface TestDatabase {
  url: string;
  /** Runs the statement again if it deadlocked with the app, which may have changed the same rows in another order. */
  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
  /** Drops it; an open connection makes it throw, so a test that leaks one fails. */
  drop(): Promise<void>;
}

export interface CopyableDatabase extends TestDatabase {
  /** Copies it as it is now. Nothing else may be connected to it. */
  copy(): Promise<TestDatabase>;
}

const DEADLOCK = '40P01';

/** A database for this test file, copied from the migrated template; a copy of `template1` is empty. */
export async function createDatabase(
  template: string = TEMPLATE,
  adminUrl = inject('postgresUrl'),
): Promise<CopyableDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin(adminUrl, `create database ${name} template ${template}`);
  const url = withDatabaseName(adminUrl, name);
  const connect = () => new pg.Pool({ connectionString: url, max: 2 });
  let pool = connect();
  return {
    url,
    async query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]) {
      for (;;) {
        try {
          return (await pool.query<R>(sql, values)).rows;
        } catch (error) {
          if ((error as pg.DatabaseError).code !== DEADLOCK) throw error;
        }
      }
    },
    async copy() {
      await pool.end();
      pool = connect();
      return createDatabase(name, adminUrl);
    },
    async drop() {
      await pool.end();
      await admin(adminUrl, `drop database ${name}`);
    },
  };
}

/** PostgreSQL copies a template only without other connections: two files take turns. */
async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(1)`);
    await client.query(sql);
  } finally {
    await client.end();
  }
}
