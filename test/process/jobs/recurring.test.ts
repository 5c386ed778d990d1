import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { until } from '../../support/app/purchase.ts';
import { ageRun, recurringRows, untilRunning } from '../../support/app/recurring-row.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

// A worker counts as dead after twenty seconds.
vi.setConfig({ testTimeout: 90_000 });

const INTERVAL_SECONDS = 0.2;

let db: TestDatabase;
let name: string;
let tests = 0;
const log = createLogger('silent');
/** Ends the runs and the replicas of a test, even of a failed one. */
const endings: (() => unknown)[] = [];

beforeAll(async () => {
  db = await createDatabase();
});

beforeEach(() => {
  tests += 1;
  name = `recurring-${tests}`;
});

afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

afterAll(() => db?.drop());

/** A replica in this process, with connections of its own. */
function replica(run: () => Promise<void>): void {
  const recurring = [{ name, intervalSeconds: INTERVAL_SECONDS, run }];
  const worker = startJobWorker({ databaseUrl: db.url, handlers: [], recurring, log });
  endings.push(() => worker.stop());
}

const untilCount = (list: readonly unknown[], count: number) =>
  until(
    async () => list.length,
    (length) => length >= count,
  );

test('another worker takes over from one that is killed during a run, after twenty seconds of silence', async () => {
  const dying = recurringProcess();
  await dying.until('began');
  const attempts: number[] = [];
  replica(async () => void attempts.push((await untilRunning(db, name)).attempts));
  const { id, startedAt } = await untilRunning(db, name);
  dying.child.kill('SIGKILL');
  const [freed] = await until(
    () => recurringRows(db, name),
    (rows) => rows.some((row) => row.lockedBy === null || row.attempts === 2 || row.id !== id),
  );
  // A lower bound by the database's clock: a slow machine notices later.
  expect((freed?.now ?? 0) - (startedAt ?? Number.NaN)).toBeGreaterThan(20_000);
  await untilCount(attempts, 3);
  // The dead worker's run is repeated; later ones are new.
  expect(attempts.slice(0, 3)).toEqual([2, 1, 1]);
  expect(await recurringRows(db, name)).toHaveLength(1);
});

test('a frozen worker does not block the others, and takes nothing from them when it wakes', async () => {
  const frozen = recurringProcess();
  await frozen.until('began');
  const finish = Promise.withResolvers<void>();
  const attempts: number[] = [];
  replica(async () => {
    attempts.push((await untilRunning(db, name)).attempts);
    await finish.promise;
  });
  endings.unshift(finish.resolve);
  const before = await untilRunning(db, name);
  // A live worker sends heartbeats, and the other waits.
  await untilHeardOf(before.lockedBy ?? '');
  expect(attempts).toEqual([]);
  frozen.child.kill('SIGSTOP');
  await ageRun(db, name, '1 minute');
  await untilCount(attempts, 1);
  const taken = await untilRunning(db, name);
  expect(taken).toMatchObject({ id: before.id, attempts: 2 });
  expect(taken.lockedBy).not.toBe(before.lockedBy);
  frozen.child.kill('SIGCONT');
  frozen.child.send('finish');
  await frozen.until('recurring_job_failed');
  expect(frozen.messages('recurring_job_failed')).toMatchObject([
    { level: 50, reason: expect.stringContaining('another one took the run over') },
  ]);
  frozen.child.disconnect();
  await frozen.exited;
  // Whatever it did at the end of its run, it left the other's row alone.
  expect(await recurringRows(db, name)).toMatchObject([{ id: taken.id, lockedBy: taken.lockedBy, attempts: 2 }]);
  finish.resolve();
  await untilCount(attempts, 2);
  expect(attempts[1]).toBe(1);
});

/** Waits until the worker sends a heartbeat again. */
async function untilHeardOf(workerId: string): Promise<void> {
  const lastHeard = async () => {
    const [row] = await db.query<{ at: Date }>('select seen_at as at from job_workers where worker_id = $1', [
      workerId,
    ]);
    return row?.at.getTime() ?? 0;
  };
  const first = await lastHeard();
  await until(lastHeard, (at) => at > first);
}

function recurringProcess() {
  const file = new URL('../../support/processes/recurring-process.ts', import.meta.url);
  const child: ChildProcess = fork(file, [db.url, name, String(INTERVAL_SECONDS)], { execArgv: [] });
  const exited = once(child, 'exit');
  endings.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const received: { event?: string }[] = [];
  child.on('message', (message: { event?: string }) => received.push(message));
  const messages = (event: string) => received.filter((message) => message.event === event);
  return {
    child,
    exited,
    messages,
    /** Resolves after its heartbeat. */
    until: (event: string) =>
      until(
        async () => messages(event).length,
        (count) => count > 0,
      ),
  };
}
