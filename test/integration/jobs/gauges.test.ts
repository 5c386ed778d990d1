import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { jobAges } from '../../support/telemetry/job-ages.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterEach(() => app.db.query('delete from graphile_worker._private_jobs'));
afterAll(() => app.close());

/** Enqueued that long ago, due in that many seconds. */
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

test('the age of the oldest job of each kind that is due or was tried; no line for a kind of which there is none', async () => {
  expect(await rounded()).toEqual({});
  await add('due', 'due-1', '90 minutes', -1);
  await add('due', 'due-2', '30 minutes', -1);
  await add('tried', 'tried-1', '2 hours', 600, `attempts = 2, last_error = 'no'`);
  await add('running', 'running-1', '5 minutes', -1, `attempts = 1, locked_at = now(), locked_by = 'somebody'`);
  await add('given-up', 'given-up-1', '6 days', 60, `attempts = 3, last_error = 'no'`);
  await add('to-come', 'to-come-1', '4 hours', 600);
  expect(await rounded()).toEqual({ due: 90, tried: 120, running: 5, 'given-up': 6 * 24 * 60 });
});

test('the age goes on when the job is put off, tried again or enqueued again under its key', async () => {
  await add('tried', 'tried-1', '2 hours', 600, `attempts = 2, last_error = 'no'`);
  expect(await retryJobs(app.database, 'all')).toBe(1);
  expect(await rounded()).toEqual({ tried: 120 });
  await app.db.query(`select graphile_worker.add_job('tried', '{}'::json, job_key := 'tried-1')`);
  expect(await rounded()).toEqual({ tried: 120 });
});
