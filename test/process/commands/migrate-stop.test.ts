import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { buildOnce, endStarted, npmRun, runBuilt } from '../../support/processes/built.ts';

vi.setConfig({ testTimeout: 60_000 });

let db: TestDatabase;

beforeAll(async () => {
  [db] = await Promise.all([createDatabase('template1'), buildOnce()]);
});

afterAll(async () => {
  await endStarted();
  await db?.drop();
});

const sessions = async (): Promise<number> => {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = 'self-topup'`,
  );
  return row?.count ?? 0;
};

const waiting = async (): Promise<boolean> => {
  const [row] = await db.query<{ waits: boolean }>(
    `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits`,
  );
  return row?.waits ?? false;
};

test('a SIGTERM ends a migration and its statement, and the next run applies the rest', async () => {
  // The migration waits for this transaction, which may create the table of the same name.
  const blocker = new pg.Client({ connectionString: db.url });
  await blocker.connect();
  await blocker.query('begin');
  await blocker.query('create table topup_orders (id int)');
  const migrating = npmRun('migrate', { DATABASE_URL: db.url });
  await until(waiting, Boolean);
  migrating.signal('SIGTERM');
  expect((await migrating.finished).code).not.toBe(0);
  expect(migrating.output.stderr).toContain('Stopped by SIGTERM.');
  // No statement lives on and holds its locks.
  await until(sessions, (count) => count === 0);
  await blocker.query('rollback');
  await blocker.end();
  const again = await runBuilt('server/commands/migrate.js', [], { DATABASE_URL: db.url });
  expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' });
  expect(again.stdout).toMatch(/^Applied: InitialSchema/);
  expect((await runBuilt('server/commands/migrate.js', [], { DATABASE_URL: db.url })).stdout).toMatch(
    /^Nothing to apply/,
  );
});
