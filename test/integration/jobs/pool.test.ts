import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJobPool } from '../../../src/platform/jobs/job-pool.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});

afterAll(() => db.drop());

test('a connection that is released twice goes back once, and serves the next caller', async () => {
  const { pool } = createJobPool({ databaseUrl: db.url, log: createLogger('silent') }, 1);
  try {
    await new Promise<void>((resolve, reject) => {
      pool.connect((error, client, done) => {
        if (error !== undefined || client === undefined) return reject(error);
        done?.();
        done?.();
        resolve();
      });
    });
    const [first, second] = await Promise.all([pool.query('select 1 as one'), pool.query('select 2 as two')]);
    expect([first.rows, second.rows]).toEqual([[{ one: 1 }], [{ two: 2 }]]);
    expect(pool.idleCount).toBe(1);
  } finally {
    await pool.end();
  }
});

test('a pool that has ended gives no connection, and a release after that is harmless', async () => {
  const { pool } = createJobPool({ databaseUrl: db.url, log: createLogger('silent') }, 1);
  await pool.end();
  // The library does this when it reconnects its listening connection while the worker stops.
  const given = await new Promise((resolve) => {
    pool.connect((error, client, done) => {
      done?.();
      resolve({ error, client });
    });
  });
  expect(given).toMatchObject({ error: { message: expect.stringContaining('end') }, client: undefined });
});

test('a connection that is in use for longer than any statement takes breaks, so that the library listens at the newest server', async () => {
  const { pool, destroy } = createJobPool({ databaseUrl: db.url, log: createLogger('silent'), longestUseMs: 100 }, 1);
  const listener = await pool.connect();
  const broken = once(listener, 'error');
  await listener.query('listen something');
  await broken;
  listener.release();
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  destroy();
});
