import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineJob } from '../../../src/platform/jobs/job.ts';
import type { RecurringJob } from '../../../src/platform/jobs/recurring.ts';
import { type JobWorkerOptions, startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { until } from '../../support/app/purchase.ts';
import { type RecurringRow, recurringRows, untilRow, untilRunning } from '../../support/app/recurring-row.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

// The queue is polled every second, and the upkeep beats every five.
vi.setConfig({ testTimeout: 60_000 });

const INTERVAL_SECONDS = 0.2;
const INTERVAL_MS = 200;

let db: TestDatabase;
let name: string;
let tests = 0;
const logs: Record<string, unknown>[] = [];
const log = createLogger('info', { write: (line: string) => logs.push(JSON.parse(line)) });
const finished: string[] = [];
/** Ends the runs and the replicas of a test, even of a failed one. */
const releases: (() => void)[] = [];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  db = await createDatabase();
});

beforeEach(() => {
  tests += 1;
  name = `recurring-${tests}`;
  logs.length = 0;
  finished.length = 0;
});

afterEach(async () => {
  for (const release of releases.splice(0)) release();
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await db.query('delete from graphile_worker._private_jobs');
});

afterAll(() => db?.drop());

/** Starts a replica with connections of its own. It stops with its test at the latest. */
function replica(run: RecurringJob['run'], more: Partial<RecurringJob & JobWorkerOptions> = {}) {
  const { handlers = [], concurrency, ...terms } = more;
  const worker = startJobWorker({
    databaseUrl: db.url,
    handlers,
    recurring: [{ name, intervalSeconds: INTERVAL_SECONDS, run, ...terms }],
    log,
    concurrency,
    onFinished: (_, outcome) => finished.push(outcome),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= worker.stop();
    return stopped;
  };
  stops.push(stop);
  return { stop };
}

/** Ends with its test at the latest, so that a waiting run ends too. */
function runEnd() {
  const end = Promise.withResolvers<void>();
  releases.push(end.resolve);
  return end;
}

const untilCount = (list: readonly unknown[], count: number) =>
  until(
    async () => list.length,
    (length) => length >= count,
  );
const startOfRun = async () => (await untilRunning(db, name)).startedAt ?? 0;
const events = (event: string) => logs.filter((line) => line['event'] === event);

test('one of three replicas runs per interval, and the first run is one interval after the start', async () => {
  const starts: number[] = [];
  const run = async () => void starts.push(await startOfRun());
  const [{ now } = { now: 0 }] = await db.query<{ now: number }>(
    `select (1000 * extract(epoch from now()))::float8 as now`,
  );
  for (let count = 0; count < 3; count += 1) replica(run);
  await untilCount(starts, 6);
  // Lower bounds alone, by the database's clock: a slow machine runs it later, never earlier.
  const gaps = [now, ...starts].slice(0, -1).map((before, index) => (starts[index] ?? 0) - before);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(INTERVAL_MS);
  expect(await recurringRows(db, name)).toHaveLength(1);
});

test('a run stays alone beyond its interval and beyond the time that a dead worker is allowed', async () => {
  const end = runEnd();
  const starts: number[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const run = async () => {
    starts.push(await startOfRun());
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await end.promise;
    atOnce -= 1;
  };
  for (let count = 0; count < 2; count += 1) replica(run);
  await untilCount(starts, 1);
  // Both replicas poll the queue every second.
  await untilRow(db, name, ({ now, startedAt }) => now > (startedAt ?? now) + 3000);
  await db.query(
    `update graphile_worker._private_jobs set locked_at = locked_at - interval '1 minute' where key = $1`,
    [name],
  );
  // Released in the same statement: when the dead worker's job is free, the live one's was left alone.
  await db.query(`select graphile_worker.add_job('nobodys', job_key := 'of the dead')`);
  await db.query(
    `update graphile_worker._private_jobs set locked_at = now() - interval '1 minute', locked_by = 'killed' where key = 'of the dead'`,
  );
  await untilRow(db, 'of the dead', ({ lockedBy }) => lockedBy === null);
  expect(starts).toHaveLength(1);
  end.resolve();
  await untilCount(starts, 4);
  expect(mostAtOnce).toBe(1);
});

test('a failed run is logged and counted, and the next one comes on time', async () => {
  const runs: RecurringRow[] = [];
  replica(async () => {
    runs.push(await untilRunning(db, name));
    if (runs.length === 1) throw new Error('no luck');
  });
  await untilCount(runs, 2);
  const [first, second] = runs as [RecurringRow, RecurringRow];
  // A new row, without the queue's backoff: due one interval after the start of the run that failed.
  expect(second).toMatchObject({ attempts: 1, priority: -1, lastError: null });
  expect(second.runAt).toBeCloseTo((first.startedAt ?? Number.NaN) + INTERVAL_MS, 2);
  expect(events('recurring_job_failed')).toMatchObject([{ level: 50, job: name, attempt: 1, reason: 'no luck' }]);
  await untilCount(finished, 2);
  expect(finished.slice(0, 2)).toEqual(['failed', 'done']);
});

test('a replica that stops signals its run, waits for it, and leaves the next one to the others', async () => {
  const end = runEnd();
  const stopping = Promise.withResolvers<void>();
  const began = Promise.withResolvers<number>();
  const first = replica(async (signal) => {
    began.resolve(await startOfRun());
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    stopping.resolve();
    await end.promise;
  });
  const startedAt = await began.promise;
  const stopped = first.stop();
  await stopping.promise;
  expect(await untilRunning(db, name)).toMatchObject({ startedAt });
  end.resolve();
  await stopped;
  const [left] = await recurringRows(db, name);
  expect(left).toMatchObject({ lockedBy: null, attempts: 0 });
  expect(left?.runAt).toBeGreaterThanOrEqual(startedAt + INTERVAL_MS);
  const starts: number[] = [];
  replica(async () => void starts.push(await startOfRun()));
  await untilCount(starts, 1);
  expect(starts[0]).toBeGreaterThanOrEqual(left?.runAt ?? Number.NaN);
});

test('an endless run is aborted after the longest time that a run may take, and the next one starts', async () => {
  const hanging = runEnd();
  const runs: AbortSignal[] = [];
  const run = async (stopping: AbortSignal) => {
    runs.push(stopping);
    if (runs.length === 1) await hanging.promise;
  };
  const worker = replica(run, { longestRunSeconds: 0.5 });
  await untilCount(runs, 2);
  expect(runs.slice(0, 2).map(({ aborted }) => aborted)).toEqual([true, false]);
  expect(events('recurring_job_failed')).toMatchObject([
    { level: 50, job: name, reason: expect.stringContaining('did not end within 0.5 s') },
  ]);
  // A stop does not wait for it either.
  await worker.stop();
});

test('a run whose end the database refuses to record is repeated, and nothing of the failure remains', async () => {
  await db.query(
    `create function refuse() returns trigger language plpgsql as $$ begin raise 'no room'; return null; end $$`,
  );
  const runs: number[][] = [];
  replica(async () => {
    const { attempts, priority } = await untilRunning(db, name);
    runs.push([attempts, priority]);
    if (runs.length === 1)
      await db.query(
        `create trigger refuse before insert on graphile_worker._private_jobs for each row execute function refuse()`,
      );
  });
  const failed = await untilRow(db, name, ({ lastError }) => lastError !== null);
  await db.query('drop trigger refuse on graphile_worker._private_jobs');
  expect(failed).toMatchObject({ attempts: 1, lastError: 'no room' });
  await untilCount(runs, 3);
  // It still runs first: the queue puts other failed jobs last.
  expect(runs.slice(0, 3)).toEqual([
    [1, -1],
    [2, -1],
    [1, -1],
  ]);
  expect(events('recurring_job_failed')).toMatchObject([{ job: name, attempt: 1, reason: 'no room' }]);
});

test('a heartbeat that the database refuses is logged, and the runs continue', async () => {
  const runs: number[] = [];
  replica(async () => void runs.push(await startOfRun()));
  await untilCount(runs, 1);
  await db.query('alter table job_workers rename to elsewhere');
  await until(
    async () => events('heartbeat_failed').length,
    (count) => count > 0,
  );
  const before = runs.length;
  await untilCount(runs, before + 1);
  await db.query('alter table elsewhere rename to job_workers');
});

test('a lost row comes back with its runs: deleted while it waits, and while it runs', async () => {
  const end = runEnd();
  const starts: number[] = [];
  replica(async () => {
    starts.push(await startOfRun());
    if (starts.length === 1) await end.promise;
  });
  await untilRow(db, name, () => true);
  const lose = () => db.query('delete from graphile_worker._private_jobs where key = $1', [name]);
  await lose();
  await untilCount(starts, 1);
  await lose();
  end.resolve();
  await untilCount(starts, 2);
  expect(await recurringRows(db, name)).toHaveLength(1);
  expect(events('recurring_job_failed')).toHaveLength(1);
});

test('five thousand due jobs delay it by one free slot', async () => {
  const order: string[] = [];
  const note = defineJob({ name: 'note', payload: z.object({}) });
  await db.query(`select graphile_worker.add_job('note')`);
  await db.query(
    `insert into graphile_worker._private_jobs (task_id) select task_id from graphile_worker._private_jobs, generate_series(2, 5000)`,
  );
  const noting = note.handle(async () => {
    order.push('note');
    if (order.length === 1) await untilRow(db, name, ({ runAt, now }) => runAt <= now);
  });
  const one = replica(async () => void order.push('recurring'), { handlers: [noting], concurrency: 1 });
  await untilCount(order, 3);
  await one.stop();
  expect(order.slice(0, 3)).toEqual(['note', 'recurring', 'note']);
});
