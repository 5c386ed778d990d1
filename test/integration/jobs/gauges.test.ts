import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { poolOf } from '../../../src/platform/database/data-source.ts';
import { ensureRecurringRow, replaceRecurringRow } from '../../../src/platform/jobs/store/recurring-rows.ts';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';
import { recurringRows } from '../../support/app/recurring-row.ts';
import { jobAges } from '../../support/telemetry/job-ages.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterEach(() => app.db.query('delete from graphile_worker._private_jobs'));
afterAll(() => app.close());

/** Adds a job that was enqueued this long ago and is due in this many seconds. */
async function add(task: string, key: string, enqueued: string, dueIn: number, more = 'attempts = 0'): Promise<void> {
  await app.db.query(
    `select graphile_worker.add_job($1, '{}'::json, job_key := $2, max_attempts := 3, run_at := now() + make_interval(secs => $3))`,
    [task, key, dueIn],
  );
  await app.db.query(
    `update graphile_worker._private_jobs set created_at = now() - $2::interval, ${more} where key = $1`,
    [key, enqueued],
  );
}

const rounded = async () =>
  Object.fromEntries([...(await jobAges(app))].map(([job, age]) => [job, Math.floor(age / 60)]));

test('the age is that of the oldest due or retried job of each kind; a kind without jobs has no line', async () => {
  expect(await rounded()).toEqual({});
  await add('due', 'due-1', '90 minutes', -1);
  await add('due', 'due-2', '30 minutes', -1);
  await add('tried', 'tried-1', '2 hours', 600, `attempts = 2, last_error = 'no'`);
  await add('running', 'running-1', '5 minutes', -1, `attempts = 1, locked_at = now(), locked_by = 'somebody'`);
  await add('given-up', 'given-up-1', '6 days', 60, `attempts = 3, last_error = 'no'`);
  await add('to-come', 'to-come-1', '4 hours', 600);
  expect(await rounded()).toEqual({ due: 90, tried: 120, running: 5, 'given-up': 6 * 24 * 60 });
});

test('the age keeps growing when the job is postponed, retried or enqueued again under its key', async () => {
  await add('tried', 'tried-1', '2 hours', 600, `attempts = 2, last_error = 'no'`);
  expect(await retryJobs(app.database, 'all')).toBe(1);
  expect(await rounded()).toEqual({ tried: 120 });
  await app.db.query(`select graphile_worker.add_job('tried', '{}'::json, job_key := 'tried-1')`);
  expect(await rounded()).toEqual({ tried: 120 });
});

test('a recurring job has an age, since the last run ended, while a run is due or in flight; none while it waits', async () => {
  const reconcile = { name: 'reconcile', intervalSeconds: 60 };
  const pool = poolOf(app.database);
  await ensureRecurringRow(pool, reconcile);
  expect(await rounded()).toEqual({});
  const age = (changes: string) =>
    app.db.query(`update graphile_worker._private_jobs set created_at = now() - interval '20 minutes', ${changes}`);
  await age(`run_at = now() - interval '19 minutes'`);
  expect(await rounded()).toEqual({ reconcile: 20 });
  // A run in flight for 19 minutes: it hangs, or its worker died and nobody released it.
  await age(`attempts = 1, locked_by = 'somebody', locked_at = now() - interval '19 minutes'`);
  expect(await rounded()).toEqual({ reconcile: 20 });
  const [row] = await recurringRows(app.db, 'reconcile');
  await replaceRecurringRow(pool, { jobId: row?.id ?? '', workerId: 'somebody', attempt: 1 }, reconcile);
  // The new row is due at once, and enqueued just now.
  expect(await rounded()).toEqual({ reconcile: 0 });
});

test('the runs of reconcile are counted from the first one', async () => {
  const polling = await startApp({ env: { RECONCILE_INTERVAL_SECONDS: '1' } });
  try {
    const runs = async () =>
      parsePrometheus(await (await fetch(`${polling.url}/metrics`)).text()).filter(
        ({ name, labels }) => name === 'jobs_finished_total' && labels['name'] === 'reconcile',
      );
    const [counted] = await until(runs, ({ length }) => length > 0);
    expect(counted).toMatchObject({ labels: { outcome: 'done' } });
  } finally {
    await polling.close();
  }
});
