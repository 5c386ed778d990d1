import pg from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase } from '../../../src/platform/database/data-source.ts';
import {
  ensureRecurringRow,
  repairRecurringRow,
  replaceRecurringRow,
} from '../../../src/platform/jobs/store/recurring-rows.ts';
import { listStuckJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { type RecurringRow, recurringRows } from '../../support/app/recurring-row.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

const JOB = { name: 'polling', intervalSeconds: 90 };
const INTERVAL_MS = 90_000;

let db: TestDatabase;
let pool: pg.Pool;
let database: DataSource;

beforeAll(async () => {
  db = await createDatabase();
  pool = new pg.Pool({ connectionString: db.url, max: 8 });
  database = await connectDatabase({ url: db.url, entities: [], migrations: [], poolSize: 1 });
});

afterEach(() => db.query('delete from graphile_worker._private_jobs'));
afterAll(async () => {
  await database?.destroy();
  await pool?.end();
  await db?.drop();
});

/** Stores the row as a fleet would leave it; times are relative to now. */
async function rowWith(changes: string): Promise<RecurringRow> {
  await ensureRecurringRow(pool, JOB);
  await db.query(`update graphile_worker._private_jobs set ${changes} where key = 'polling'`);
  return theRow();
}

async function theRow(): Promise<RecurringRow> {
  const rows = await recurringRows(db, JOB.name);
  expect(rows).toHaveLength(1);
  return rows[0] as RecurringRow;
}

const dueIn = ({ runAt, now }: RecurringRow) => runAt - now;
const runningFor = (time: string) =>
  `attempts = 1, locked_by = 'a worker', locked_at = now() - interval '${time}', run_at = now() - interval '${time}'`;
const RUNNING = runningFor('20 seconds');

describe('a replica that starts', () => {
  test('adds a missing row: due in one interval, before every other job', async () => {
    await ensureRecurringRow(pool, JOB);
    const row = await theRow();
    expect(row).toMatchObject({ task: 'polling', attempts: 0, priority: -1, lockedBy: null });
    expect(dueIn(row)).toBeGreaterThan(INTERVAL_MS - 5000);
    expect(dueIn(row)).toBeLessThanOrEqual(INTERVAL_MS);
  });

  test('adds one row, however many replicas start at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => ensureRecurringRow(pool, JOB)));
    await theRow();
  });

  test.each([
    { state: 'waits', changes: `run_at = now() + interval '10 seconds'` },
    { state: 'is due', changes: `run_at = now() - interval '10 seconds'` },
    { state: 'runs', changes: RUNNING },
    { state: 'has failed', changes: `attempts = 3, last_error = 'no', run_at = now() + interval '8 seconds'` },
  ])('neither doubles nor moves a row that $state', async ({ changes }) => {
    const { now: _, ...before } = await rowWith(changes);
    await ensureRecurringRow(pool, JOB);
    await repairRecurringRow(pool, JOB);
    expect(await theRow()).toMatchObject(before);
  });

  test.each([
    { why: 'the interval was an hour until now', changes: `run_at = now() + interval '1 hour'` },
    { why: "the database's clock stepped back by a day", changes: `run_at = now() + interval '1 day'` },
    { why: 'workers died over it until no attempt was left', changes: `attempts = max_attempts, last_error = 'no'` },
  ])('repairs the row when $why', async ({ changes }) => {
    const before = await rowWith(changes);
    await repairRecurringRow(pool, JOB);
    const row = await theRow();
    expect(row).toMatchObject({ id: before.id, attempts: 0, priority: -1 });
    expect(dueIn(row)).toBeLessThanOrEqual(INTERVAL_MS);
    expect(dueIn(row)).toBeGreaterThan(INTERVAL_MS - 5000);
  });

  test('leaves a run alone after its clock stepped back', async () => {
    const { now: _, ...before } = await rowWith(
      `attempts = 1, locked_by = 'a worker', locked_at = now() + interval '1 day', run_at = now() + interval '1 day'`,
    );
    await repairRecurringRow(pool, JOB);
    expect(await theRow()).toMatchObject(before);
  });
});

describe('a run that ends', () => {
  const lockOf = ({ id, attempts }: RecurringRow, workerId = 'a worker') => ({
    jobId: id,
    workerId,
    attempt: attempts,
  });

  test('leaves a new row, due one interval after the run started and not after it ended', async () => {
    const running = await rowWith(`${RUNNING}, last_error = 'no'`);
    await replaceRecurringRow(pool, lockOf(running), JOB);
    const row = await theRow();
    expect(row.id).not.toBe(running.id);
    expect(row).toMatchObject({ task: 'polling', attempts: 0, priority: -1, lockedBy: null, lastError: null });
    expect(row.runAt).toBeCloseTo((running.startedAt ?? Number.NaN) + INTERVAL_MS, 2);
  });

  test('leaves a row that is due now after a run longer than the interval', async () => {
    const running = await rowWith(runningFor('10 minutes'));
    await replaceRecurringRow(pool, lockOf(running), JOB);
    expect(Math.abs(dueIn(await theRow()))).toBeLessThan(5000);
  });

  test.each([
    { lost: 'another worker has the row', lock: (row: RecurringRow) => lockOf(row, 'another worker') },
    { lost: 'its own worker has it again', lock: (row: RecurringRow) => ({ ...lockOf(row), attempt: 2 }) },
    { lost: 'the row is gone', lock: (row: RecurringRow) => ({ ...lockOf(row), jobId: '0' }) },
  ])('fails, and changes nothing, when $lost', async ({ lock }) => {
    const running = await rowWith(RUNNING);
    const { now: _, ...before } = running;
    await expect(replaceRecurringRow(pool, lock(running), JOB)).rejects.toThrow('another one took the run over');
    expect(await theRow()).toMatchObject(before);
  });
});

describe('the list of stuck jobs', () => {
  test.each([
    { listed: false, row: 'a row that waits', changes: 'attempts = 0' },
    { listed: false, row: 'a run of nine minutes', changes: runningFor('9 minutes') },
    { listed: true, row: 'a run of eleven minutes', changes: runningFor('11 minutes') },
    { listed: true, row: 'a row that nobody takes', changes: `run_at = now() - interval '61 seconds'` },
    { listed: true, row: 'a row whose last run could not be ended', changes: `attempts = 1, last_error = 'no'` },
  ])('$row: $listed', async ({ listed, changes }) => {
    await rowWith(changes);
    expect((await listStuckJobs(database)).map(({ key }) => key)).toEqual(listed ? ['polling'] : []);
  });
});
