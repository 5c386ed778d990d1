import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import { startPeriodic } from '../../../src/platform/jobs/periodic.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

/** Two thirds of the lease is how long this machine may stand still without a living holder losing it. */
const INTERVAL_MS = 200;
const LEASE_MS = 2000;

interface Row {
  holder: string | null;
  started: number;
  leasedUntil: number;
  now: number;
}

let db: TestDatabase;
let task: { name: string; intervalSeconds: number; leaseSeconds: number };
let tests = 0;
const logs: Record<string, unknown>[] = [];
const log = createLogger('info', { write: (line: string) => logs.push(JSON.parse(line)) });
/** What ends the runs and the replicas of a test, a failed one too. */
const releases: (() => void)[] = [];
const endings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  db = await createDatabase();
});

beforeEach(() => {
  tests += 1;
  logs.length = 0;
  task = { name: `task-${tests}`, intervalSeconds: INTERVAL_MS / 1000, leaseSeconds: LEASE_MS / 1000 };
});

afterEach(async () => {
  for (const release of releases.splice(0)) release();
  for (const end of endings.splice(0)) await end();
});

afterAll(() => db.drop());

/** A replica with connections of its own. */
async function replica(run: () => Promise<void>): Promise<{ database: DataSource; stop(): Promise<void> }> {
  const database = await connectDatabase({ url: db.url, entities: [], migrations: [], poolSize: 2 });
  const periodic = startPeriodic(database, { ...task, run }, log);
  endings.push(async () => {
    await periodic.stop();
    if (database.isInitialized) await database.destroy();
  });
  return { database, stop: () => periodic.stop() };
}

/** A run that waits for this ends with its test at the latest. */
function runEnd() {
  const end = Promise.withResolvers<void>();
  releases.push(end.resolve);
  return end;
}

/** Its times in milliseconds of the database's clock. */
async function row(): Promise<Row | undefined> {
  const ms = (column: string) => `(1000 * extract(epoch from ${column}))::float8`;
  const [found] = await db.query<Row>(
    `select holder, ${ms('started_at')} as started, ${ms('leased_until')} as "leasedUntil", ${ms('now()')} as now
     from periodic_tasks where name = $1`,
    [task.name],
  );
  return found;
}

const isHeld = (found: Row | undefined): found is Row => found !== undefined && found.holder !== null;

async function untilRow(isReady: (found: Row) => boolean): Promise<Row> {
  const found = await until(row, (seen) => seen !== undefined && isReady(seen));
  if (found === undefined) throw new Error('nobody took the task');
  return found;
}

const untilHeld = () => untilRow(isHeld);
const untilCount = (read: () => number, count: number) =>
  until(
    async () => read(),
    (seen) => seen >= count,
  );

test('of three replicas one runs per interval, and the first run is one interval after the start', async () => {
  const starts: number[] = [];
  const run = async () => void starts.push((await untilHeld()).started);
  const [{ now } = { now: 0 }] = await db.query<{ now: number }>(
    `select (1000 * extract(epoch from now()))::float8 as now`,
  );
  await Promise.all([replica(run), replica(run), replica(run)]);
  await untilCount(() => starts.length, 8);
  // Lower bounds alone, by the database's clock: a slow machine runs it later, never earlier.
  const [first = 0, ...others] = [now, ...starts].slice(0, -1).map((before, index) => (starts[index] ?? 0) - before);
  // Node's timer may be early by a millisecond.
  expect(first).toBeGreaterThanOrEqual(INTERVAL_MS - 2);
  expect(Math.min(...others)).toBeGreaterThanOrEqual(INTERVAL_MS);
});

test('a slow run is overtaken by nobody, however long it takes: its lease is renewed', async () => {
  const finish = runEnd();
  let runs = 0;
  let atOnce = 0;
  let mostAtOnce = 0;
  const run = async () => {
    runs += 1;
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await finish.promise;
    atOnce -= 1;
  };
  await Promise.all([replica(run), replica(run)]);
  const { holder, started } = await untilHeld();
  const later = await untilRow(({ now }) => now > started + LEASE_MS);
  expect({ holder: later.holder, runs }).toEqual({ holder, runs: 1 });
  finish.resolve();
  await untilCount(() => runs, 3);
  expect(mostAtOnce).toBe(1);
});

test('a holder that can neither renew nor give back is followed by another when its lease is over', async () => {
  const finish = runEnd();
  const lost = await replica(() => finish.promise);
  await untilHeld();
  await lost.database.destroy();
  const last = await untilHeld();
  const starts: number[] = [];
  await replica(async () => void starts.push((await untilHeld()).started));
  await untilCount(() => starts.length, 1);
  expect(starts[0]).toBeGreaterThanOrEqual(last.leasedUntil);
  finish.resolve();
});

test('a frozen holder does not block the others, and takes nothing from them when it wakes', async () => {
  const frozen = periodicProcess();
  await frozen.until('began');
  const finish = runEnd();
  let runs = 0;
  const other = await replica(async () => {
    runs += 1;
    await finish.promise;
  });
  const before = await untilHeld();
  // While it lives its lease is renewed, and the other waits.
  await untilRow(({ leasedUntil }) => leasedUntil > before.leasedUntil);
  expect(runs).toBe(0);
  frozen.child.kill('SIGSTOP');
  await untilCount(() => runs, 1);
  const { holder } = await untilHeld();
  expect(holder).not.toBe(before.holder);
  frozen.child.kill('SIGCONT');
  await frozen.until('lease_lost');
  await frozen.end();
  expect((await untilHeld()).holder).toBe(holder);
  finish.resolve();
  await other.stop();
});

test('a run that fails is logged, and gives its lease back: the next one comes', async () => {
  task.leaseSeconds = 3600;
  let runs = 0;
  await replica(async () => {
    runs += 1;
    if (runs === 1) throw new Error('no luck');
  });
  await untilCount(() => runs, 2);
  expect(logs).toMatchObject([{ event: 'periodic_task_failed', task: task.name, reason: 'no luck' }]);
});

test('a replica that stops finishes its run and gives its lease back', async () => {
  task.leaseSeconds = 3600;
  const finish = runEnd();
  const first = await replica(() => finish.promise);
  await untilHeld();
  const stopped = first.stop();
  expect(await untilHeld()).toMatchObject({ holder: expect.any(String) });
  finish.resolve();
  await stopped;
  expect(await row()).toMatchObject({ holder: null });
  const next = Promise.withResolvers<void>();
  await replica(async () => next.resolve());
  await next.promise;
});

test('a tick that the database refuses is logged, and the next one comes', async () => {
  let runs = 0;
  await replica(async () => {
    runs += 1;
  });
  await untilCount(() => runs, 1);
  await db.query('alter table periodic_tasks rename to elsewhere');
  await untilCount(() => logs.length, 1);
  await db.query('alter table elsewhere rename to periodic_tasks');
  await untilCount(() => runs, runs + 1);
  for (const line of logs) expect(line).toMatchObject({ event: 'periodic_task_failed', task: task.name });
});

interface PeriodicProcess {
  child: ChildProcess;
  /** Resolves when it has said so. */
  until(event: string): Promise<void>;
  /** Lets its run end, and resolves when the process has. */
  end(): Promise<void>;
}

function periodicProcess(): PeriodicProcess {
  const file = new URL('../../support/processes/periodic-process.ts', import.meta.url);
  const child = fork(file, [db.url, JSON.stringify(task)], { execArgv: [] });
  const exited = once(child, 'exit');
  endings.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const said: unknown[] = [];
  child.on('message', ({ event }: { event: string }) => said.push(event));
  return {
    child,
    async until(event) {
      await until(async () => said.includes(event), Boolean);
    },
    async end() {
      child.send('finish');
      child.disconnect();
      await exited;
    },
  };
}
