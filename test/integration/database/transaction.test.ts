import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ROLES } from '../../../src/platform/database/roles.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';

let app: TestApp;
let attempts: number;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  await app.db.query('create table rows (name text primary key, times integer not null default 0)');
  await app.db.query(`grant all on rows to ${ROLES.background}`);
});

beforeEach(async () => {
  attempts = 0;
  await app.db.query('truncate rows');
  await app.db.query(`insert into rows (name) values ('a'), ('b')`);
});

afterAll(() => app.close());

/** Releases two callers once both arrived; a later call does not wait. */
function meeting() {
  const met = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === 2) met.resolve();
    return met.promise;
  };
}

const times = async () =>
  Object.fromEntries(
    (await app.db.query<{ name: string; times: number }>('select name, times from rows')).map((row) => [
      row.name,
      row.times,
    ]),
  );

function tried<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
  return inTransaction(app.database, (tx) => {
    attempts += 1;
    return work(tx);
  });
}

test('a deadlock aborts one of two transactions, which runs again, and both succeed', async () => {
  const meet = meeting();
  const count = (names: string[]) =>
    tried(async (tx) => {
      for (const name of names) {
        await tx.query('update rows set times = times + 1 where name = $1', [name]);
        await meet();
      }
    });
  await Promise.all([count(['a', 'b']), count(['b', 'a'])]);
  expect(await times()).toEqual({ a: 2, b: 2 });
  expect(attempts).toBe(3);
});

test("a serialization failure aborts one of two transactions, which runs again on the other's result", async () => {
  const meet = meeting();
  const addToSum = (name: string) =>
    tried(async (tx) => {
      await tx.query('set transaction isolation level serializable');
      const [{ sum }] = await tx.query('select sum(times)::integer as sum from rows');
      await meet();
      await tx.query('update rows set times = $2 where name = $1', [name, sum + 1]);
    });
  await Promise.all([addToSum('a'), addToSum('b')]);
  // One after the other, in either order.
  expect(Object.values(await times()).toSorted()).toEqual([1, 2]);
  expect(attempts).toBe(3);
});

test.each(['40001', '40P01'])(
  'a transaction that keeps failing with %s gives up at the fifth attempt',
  async (code) => {
    const refused = tried((tx) => tx.query(`do $$ begin raise exception 'again' using errcode = '${code}'; end $$`));
    await expect(refused).rejects.toMatchObject({ driverError: { code } });
    expect(attempts).toBe(5);
  },
);

test('another database error is not retried, and leaves nothing', async () => {
  const refused = tried(async (tx) => {
    await tx.query('update rows set times = 9');
    await tx.query(`insert into rows (name) values ('a')`);
  });
  await expect(refused).rejects.toMatchObject({ driverError: { code: '23505' } });
  expect(attempts).toBe(1);
  expect(await times()).toEqual({ a: 0, b: 0 });
});

test('an error of our own is not retried', async () => {
  const reason = randomUUID();
  await expect(tried(() => Promise.reject(new Error(reason)))).rejects.toThrow(reason);
  expect(attempts).toBe(1);
});
