import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { type DatabaseWire, startDatabaseWire } from '../../support/database/database-wire.ts';

let db: TestDatabase;
let wire: DatabaseWire;
let database: DataSource;

beforeAll(async () => {
  db = await createDatabase();
});

beforeEach(async () => {
  wire = await startDatabaseWire(db.url);
});

afterEach(async () => {
  await database?.destroy();
  await wire?.stop();
});

afterAll(() => db?.drop());

/** By default a pool of one connection: the next caller would get the broken one. */
async function connectThrough(statementTimeoutMs: number, poolSize = 1): Promise<void> {
  database = await connectDatabase({ url: wire.url, entities: [], migrations: [], poolSize, statementTimeoutMs });
}

test('a statement on a connection with a dead host fails, and the next statement gets a new connection', async () => {
  await connectThrough(100);
  expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  wire.silence();
  await expect(database.query('select 2 as two')).rejects.toThrow('The database sent nothing for 2100 ms');
  expect(await database.query('select 3 as three')).toEqual([{ three: 3 }]);
});

test('a transaction fails too, and the next caller does not continue in the middle of it', async () => {
  await connectThrough(100);
  const transaction = database.transaction(async (tx) => {
    await tx.query('select 1');
    wire.silence();
    await tx.query('select 2');
  });
  await expect(transaction).rejects.toThrow('The database sent nothing for 2100 ms');
  const idle = `select now() = statement_timestamp() as "isAlone"`;
  expect(await database.query(idle)).toEqual([{ isAlone: true }]);
});

test('the other connections of the pool go with a silent one: no caller waits for each of them', async () => {
  await connectThrough(100, 3);
  await Promise.all([1, 2, 3].map(() => database.query('select pg_sleep(0.05)')));
  wire.silence();
  await expect(database.query('select 1')).rejects.toThrow('The database sent nothing for 2100 ms');
  for (let caller = 0; caller < 3; caller++) expect(await database.query('select 2 as two')).toEqual([{ two: 2 }]);
});

test('silence is no fault where a statement has no time limit', async () => {
  await connectThrough(0);
  expect(await database.query('select 1 as one from pg_sleep(2.5)')).toEqual([{ one: 1 }]);
});
