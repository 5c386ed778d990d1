import pg from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { askForWrites } from '../../../src/platform/database/ask-for-writes.ts';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { guardPool } from '../../../src/platform/database/guard-pool.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

let db: TestDatabase;
let database: DataSource;

beforeAll(async () => {
  db = await createDatabase();
  await db.query('create table written (pid int)');
});

afterAll(() => db?.drop());

/** Connections that were opened before the change answer reads and refuse writes, as at a demoted primary; new ones do not. */
beforeEach(async () => {
  const name = new URL(db.url).pathname.slice(1);
  await db.query(`alter database ${name} set default_transaction_read_only = on`);
  database = await connectDatabase({ url: db.url, entities: [], migrations: [], poolSize: 3 });
  await Promise.all([1, 2, 3].map(() => database.query('select pg_sleep(0.2)')));
  await db.query(`alter database ${name} reset default_transaction_read_only`);
});

afterEach(() => database.destroy());

const WRITE = 'insert into written select pg_backend_pid()';

test('the first refused write drops all connections of the pool, and the next callers write', async () => {
  await expect(database.query(WRITE)).rejects.toThrow('read-only transaction');
  for (let caller = 0; caller < 3; caller++) await database.query(WRITE);
});

test('a connection in use answers its caller, and goes when it is released', async () => {
  const session = database.createQueryRunner();
  const pid = async () => (await session.query('select pg_backend_pid() as pid'))[0].pid;
  const first = await pid();
  await expect(database.query(WRITE)).rejects.toThrow('read-only transaction');
  expect(await pid()).toBe(first);
  await session.release();
  await until((pids) => !pids.includes(first));
});

/** Waits until PostgreSQL has ended the sessions of dropped connections. */
async function until(isOver: (pids: number[]) => boolean): Promise<void> {
  for (;;) {
    const rows = await db.query<{ pid: number }>('select pid from pg_stat_activity where datname = current_database()');
    if (isOver(rows.map(({ pid }) => pid))) return;
  }
}

test('a probe finds a server that takes no writes, and the next one asks over a new connection', async () => {
  expect(await askForWrites(database)).toBe('read_only');
  expect(await askForWrites(database)).toBe('up');
  await database.query(WRITE);
});

test('a connection that listens is not silent, however long it hears nothing', async () => {
  const pool = new pg.Pool({ connectionString: db.url, max: 2 });
  guardPool(pool, { silentMs: 200 });
  const listener = await pool.connect();
  await listener.query('listen something');
  // Longer than the limit. It is answered in time by the server of the administrator's connection.
  await db.query('select pg_sleep(0.5)');
  expect((await listener.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await expect(listener.query('select pg_sleep(5)')).rejects.toThrow('The database sent nothing for 200 ms');
  listener.release();
  await pool.end();
});
