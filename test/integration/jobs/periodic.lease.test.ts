import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { connectDatabase, poolOf } from '../../../src/platform/database/data-source.ts';
import { createLease } from '../../../src/platform/jobs/lease.ts';
import { startPeriodic } from '../../../src/platform/jobs/periodic.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

const INTERVAL_SECONDS = 0.2;
const LEASE_SECONDS = 2;

let db: TestDatabase;
let database: DataSource;
let name: string;
const logs: Record<string, unknown>[] = [];
const log = createLogger('info', { write: (line: string) => logs.push(JSON.parse(line)) });
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  db = await createDatabase();
  database = await connectDatabase({ url: db.url, entities: [], migrations: [] });
});

beforeEach(() => {
  name = randomUUID();
  logs.length = 0;
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const end of endings.splice(0)) await end();
});

afterAll(async () => {
  await database?.destroy();
  await db?.drop();
});

function start(run: () => Promise<void>, more: { longestRunSeconds?: number } = {}): void {
  const terms = { name, intervalSeconds: INTERVAL_SECONDS, leaseSeconds: LEASE_SECONDS, ...more };
  const periodic = startPeriodic(database, { ...terms, run }, log);
  endings.push(() => periodic.stop());
}

test('a run that never ends keeps its lease no longer than a run may take: another replica takes over', async () => {
  const hanging = Promise.withResolvers<void>();
  endings.push(async () => hanging.resolve());
  const runs: string[] = [];
  const run = (replica: string) => async () => {
    runs.push(replica);
    if (runs.length === 1) await hanging.promise;
  };
  start(run('one'), { longestRunSeconds: 2 * LEASE_SECONDS });
  start(run('other'), { longestRunSeconds: 2 * LEASE_SECONDS });
  await until(
    async () => runs.length,
    (count) => count >= 3,
  );
  // The one that hangs runs nothing else.
  const [hung, ...others] = runs;
  expect(others).not.toContain(hung);
  expect(logs).toMatchObject([{ level: 50, event: 'periodic_task_hangs', task: name }]);
});

test('a renewal that is under way when the run ends comes too late, and tells of no loss', async () => {
  const pool = poolOf(database);
  const query = pool.query.bind(pool) as (sql: string, values: unknown[]) => Promise<unknown>;
  const heldBack = Promise.withResolvers<void>();
  const renewing = Promise.withResolvers<void>();
  const renewed = Promise.withResolvers<unknown>();
  // The second statement is the renewal: it gets to the database when it is let go.
  let statements = 0;
  vi.spyOn(pool, 'query').mockImplementation((async (sql: string, values: unknown[]) => {
    statements += 1;
    if (statements !== 2) return query(sql, values);
    renewing.resolve();
    await heldBack.promise;
    renewed.resolve(query(sql, values));
    return renewed.promise;
  }) as never);
  let runs = 0;
  start(async () => {
    runs += 1;
    if (runs === 1) await renewing.promise;
  });
  await until(
    async () => runs,
    (count) => count >= 2,
  );
  heldBack.resolve();
  expect(await renewed.promise).toMatchObject({ command: 'UPDATE', rowCount: 0 });
  await endings.pop()?.();
  expect(logs).toEqual([]);
});

/** The row as another replica left it; times are relative to now. */
async function rowWith({ leasedUntil, startedAt }: { leasedUntil: string; startedAt: string }): Promise<void> {
  await db.query(
    `insert into periodic_tasks (name, holder, leased_until, started_at)
     values ($1, $2, now() + $3::interval, now() + $4::interval)`,
    [name, randomUUID(), leasedUntil, startedAt],
  );
}

test.each([
  { taken: false, why: 'it was just started', leasedUntil: '0', startedAt: '0' },
  { taken: false, why: 'a holder may have it', leasedUntil: '1 minute', startedAt: '-1 day' },
  { taken: true, why: 'it is due', leasedUntil: '-1 second', startedAt: '-2 minutes' },
  { taken: true, why: 'nobody can have started it tomorrow', leasedUntil: '-1 second', startedAt: '1 day' },
  { taken: true, why: 'no lease is that long', leasedUntil: '1 day', startedAt: '-1 day' },
  { taken: true, why: 'the clock stepped back during a run', leasedUntil: '1 day', startedAt: '1 day' },
])('taken: $taken, for $why', async ({ taken, leasedUntil, startedAt }) => {
  await rowWith({ leasedUntil, startedAt });
  const lease = createLease(poolOf(database), { name, intervalSeconds: 90, leaseSeconds: 60 });
  const holder = randomUUID();
  expect(await lease.take(holder)).toBe(taken);
  // And is as long as any other then.
  if (taken) expect(await lease.take(randomUUID())).toBe(false);
  expect(await lease.renew(holder)).toBe(taken);
});

test('who waited while another took it is refused, although its own statement began before', async () => {
  await rowWith({ leasedUntil: '-1 second', startedAt: '-1 day' });
  const lease = createLease(poolOf(database), { name, intervalSeconds: 90, leaseSeconds: 60 });
  const taken = await database.transaction(async (tx) => {
    await tx.query('select from periodic_tasks where name = $1 for update', [name]);
    const taking = lease.take(randomUUID());
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await until(
      () => db.query(waiting),
      (waiters) => waiters.length === 1,
    );
    // By more than what is put down to rounding.
    await tx.query(
      `with later as materialized (select pg_sleep(1.5))
       update periodic_tasks set holder = $2, started_at = clock_timestamp(), leased_until = clock_timestamp() + interval '60 seconds'
       from later where name = $1`,
      [name, randomUUID()],
    );
    // Wrapped: what it waits for is the end of this transaction.
    return { taking };
  });
  expect(await taken.taking).toBe(false);
});
