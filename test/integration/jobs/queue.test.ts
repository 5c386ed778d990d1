import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { defineJob, type EnqueueOptions, enqueueJob, newJob } from '../../../src/platform/jobs/job.ts';
import { listStuckJobs, retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { until } from '../../support/app/purchase.ts';

const note = defineJob({ name: 'note', payload: z.object({ text: z.string(), correlationId: z.string() }) });

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterAll(() => app.close());

const add = (key: string, options: Partial<EnqueueOptions> = {}) =>
  inTransaction(app.database, (tx) =>
    enqueueJob(tx, newJob(note, { text: key, correlationId: `correlation-${key}` }, { key, ...options })),
  );

/** A worker for the jobs of one test; `run` gets each text. */
const work = (run: (text: string, attempt: number) => Promise<void>) =>
  startJobWorker({
    databaseUrl: app.db.url,
    handlers: [note.handle(({ text }, { attempt }) => run(text, attempt))],
    log: app.log,
  });

async function forget(): Promise<void> {
  await app.db.query(`delete from graphile_worker._private_jobs`);
}

describe('a job belongs to the transaction that enqueues it', () => {
  test('a rollback removes it', async () => {
    const key = randomUUID();
    const failed = inTransaction(app.database, async (tx) => {
      await enqueueJob(tx, newJob(note, { text: 'x', correlationId: 'x' }, { key }));
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await queuedJobs(app, key)).toEqual([]);
  });

  test('others see it after the commit only', async () => {
    const key = randomUUID();
    await inTransaction(app.database, async (tx) => {
      await enqueueJob(tx, newJob(note, { text: 'x', correlationId: 'x' }, { key }));
      expect(await queuedJobs(app, key)).toEqual([]);
    });
    expect(await queuedJobs(app, key)).toMatchObject([{ key, task: 'note' }]);
    await forget();
  });

  test('it stays one job when it is enqueued again under its key', async () => {
    const key = randomUUID();
    await add(key);
    await add(key);
    expect(await queuedJobs(app, key)).toHaveLength(1);
    await forget();
  });
});

test('a connection that knew an empty queue reads a long one by its keys', async () => {
  const session = app.database.createQueryRunner();
  const enqueue = () =>
    enqueueJob(session.manager, newJob(note, { text: 'x', correlationId: 'x' }, { key: randomUUID() }));
  const rowsRead = async () => {
    const [row] = await session.query(
      `select seq_tup_read::int as "inFull", coalesce(idx_tup_fetch, 0)::int as "byIndex" from pg_stat_xact_all_tables
       where relid = 'graphile_worker._private_jobs'::regclass`,
    );
    return row;
  };
  try {
    await app.db.query('analyze graphile_worker._private_jobs');
    // The connection decides on its plans in the first six runs.
    for (let time = 0; time < 7; time += 1) await enqueue();
    await app.db.query(
      `select graphile_worker.add_job('note', '{}', job_key := 'waits ' || n) from generate_series(1, 300) n`,
    );
    await session.startTransaction();
    await enqueue();
    const { inFull, byIndex } = await rowsRead();
    expect(inFull).toBe(0);
    // Its key is new: of the 300 rows none needs to be read, and at most a few of earlier tests.
    expect(byIndex).toBeLessThan(10);
  } finally {
    if (session.isTransactionActive) await session.rollbackTransaction();
    await session.release();
    await forget();
  }
});

test('a connection plans the statements that enqueue a job once', async () => {
  const session = new pg.Client({ connectionString: app.db.url });
  await session.connect();
  const said: (string | undefined)[] = [];
  session.on('notice', ({ message }) => said.push(message));
  const spec = JSON.stringify([{ task: 'note', payload: {}, key: randomUUID(), maxAttempts: 1, firstPriority: 0 }]);
  const enqueue = () => session.query({ name: 'enqueue', text: 'select enqueue_jobs($1)', values: [spec] });
  try {
    for (let time = 0; time < 7; time += 1) await enqueue();
    await session.query('set log_planner_stats = on');
    await session.query('set client_min_messages = log');
    said.length = 0;
    await enqueue();
    expect(said).toEqual([]);
  } finally {
    await session.end();
    await forget();
  }
});

describe('a dead worker', () => {
  const lock = (key: string, workerId: string) =>
    app.db.query(
      `update graphile_worker._private_jobs set locked_at = now() - interval '1 minute', locked_by = $2 where key = $1`,
      [key, workerId],
    );

  test('leaves its job to the others', async () => {
    const key = randomUUID();
    await add(key);
    await lock(key, 'worker-that-was-killed');
    const done: string[] = [];
    const worker = await work(async (text) => void done.push(text));
    try {
      await until(
        () => queuedJobs(app, key),
        (jobs) => jobs.length === 0,
      );
      expect(done).toEqual([key]);
    } finally {
      await worker.stop();
    }
  });

  test('leaves nothing of a job that was enqueued again meanwhile: the new one does the work', async () => {
    const key = randomUUID();
    await add(key);
    await lock(key, 'worker-that-was-killed');
    await add(key);
    const done: string[] = [];
    const worker = await work(async (text) => void done.push(text));
    try {
      await until(
        () => app.db.query('select from graphile_worker.jobs'),
        (jobs) => jobs.length === 0,
      );
      expect(done).toEqual([key]);
    } finally {
      await worker.stop();
    }
  });

  test('differs from a slow one: a long job stays with the worker that runs it', async () => {
    const [long, dead] = [randomUUID(), randomUUID()];
    const runs: string[] = [];
    const finish = Promise.withResolvers<void>();
    const busy = await work(async (text) => {
      runs.push(text);
      if (text === long) await finish.promise;
    });
    await add(long);
    const [running] = await until(
      () => queuedJobs(app, long),
      ([job]) => job?.locked_by != null,
    );
    await lock(long, running?.locked_by ?? '');
    await add(dead, { runAt: new Date(Date.now() + 60_000) });
    await lock(dead, 'worker-that-was-killed');
    const other = await work(async (text) => void runs.push(text));
    try {
      // One statement judges both: when the dead worker's job is released, the other was left alone.
      await until(
        () => queuedJobs(app, dead),
        ([job]) => job?.locked_by === null,
      );
      expect(await queuedJobs(app, long)).toMatchObject([{ locked_by: running?.locked_by, attempts: 1 }]);
      expect(runs).toEqual([long]);
    } finally {
      finish.resolve();
      await Promise.all([busy.stop(), other.stop()]);
      await forget();
    }
  });

  test('sends no heartbeat after it stops', async () => {
    const worker = await work(async () => undefined);
    const living = () => app.db.query(`select worker_id from job_workers`);
    await until(living, (rows) => rows.length > 0);
    await worker.stop();
    expect(await living()).toEqual([]);
  });
});

describe('a failing job', () => {
  test('leaves nothing if it was enqueued again while it ran; the new one is retried', async () => {
    const key = randomUUID();
    const enqueued = Promise.withResolvers<void>();
    const attempts: number[] = [];
    const worker = await work(async (_, attempt) => {
      attempts.push(attempt);
      if (attempts.length > 1) return;
      await add(key, { runAt: new Date(Date.now() + 86_400_000) });
      enqueued.resolve();
      throw new Error('the provider is down');
    });
    try {
      await add(key);
      await enqueued.promise;
      const [job, ...others] = await until(
        () => app.db.query<{ id: string; key: string | null }>('select id::text, key from graphile_worker.jobs'),
        (jobs) => jobs.length === 1,
      );
      expect([job?.key, others]).toEqual([key, []]);
      await retryJobs(app.database, [job?.id ?? '']);
      await until(
        () => app.db.query('select from graphile_worker.jobs'),
        (jobs) => jobs.length === 0,
      );
      expect(attempts).toEqual([1, 1]);
    } finally {
      await worker.stop();
    }
  });

  test('is listed with its last error, and a retry runs it at once', async () => {
    const key = randomUUID();
    await add(key);
    let healed = false;
    const worker = await work(async () => {
      if (!healed) throw new Error('the neighbour is away');
    });
    try {
      const [job] = await until(
        () => queuedJobs(app, key),
        (jobs) => jobs.some(({ last_error, locked_by }) => last_error !== null && locked_by === null),
      );
      const listed = (await listStuckJobs(app.database)).filter((stuck) => stuck.key === key);
      expect(listed).toMatchObject([{ id: job?.id, task: 'note', lastError: 'the neighbour is away' }]);
      healed = true;
      await retryJobs(app.database, [job?.id ?? '']);
      await until(
        () => queuedJobs(app, key),
        (jobs) => jobs.length === 0,
      );
    } finally {
      await worker.stop();
    }
  });

  test('stays listed after its last attempt, with an error in the log, and a retry grants all attempts again', async () => {
    const key = randomUUID();
    await add(key);
    await app.db.query(`update graphile_worker._private_jobs set max_attempts = 1 where key = $1`, [key]);
    const worker = await work(async () => {
      throw new Error('never');
    });
    await until(
      () => queuedJobs(app, key),
      (jobs) => jobs.some(({ attempts, locked_by }) => attempts === 1 && locked_by === null),
    );
    await worker.stop();
    const lines = app.logs.filter((line) => line['correlationId'] === `correlation-${key}`);
    expect(lines).toMatchObject([{ level: 50, event: 'job_out_of_attempts', job: 'note', reason: 'never' }]);
    expect((await listStuckJobs(app.database)).map((stuck) => stuck.key)).toContain(key);
    expect(await retryJobs(app.database, 'all')).toBe(1);
    expect(await queuedJobs(app, key)).toMatchObject([{ attempts: 0 }]);
    await forget();
  });

  test('fails without a run when its payload does not fit its kind', async () => {
    const key = randomUUID();
    await app.db.query(`select graphile_worker.add_job('note', '{"text": 5}'::json, job_key := $1)`, [key]);
    let ran = false;
    const worker = await work(async () => {
      ran = true;
    });
    await until(
      () => queuedJobs(app, key),
      (jobs) => jobs.some(({ last_error, locked_by }) => last_error !== null && locked_by === null),
    );
    await worker.stop();
    expect(ran).toBe(false);
    await forget();
  });
});

test('the list of stuck jobs has failed and overdue ones, not future ones', async () => {
  const [future, overdue] = [randomUUID(), randomUUID()];
  await add(future, { runAt: new Date(Date.now() + 60_000) });
  await add(overdue, { runAt: new Date(Date.now() - 120_000) });
  expect((await listStuckJobs(app.database)).map(({ key }) => key)).toEqual([overdue]);
  expect(await retryJobs(app.database, 'all')).toBe(1);
  expect(await retryJobs(app.database, ['0'])).toBe(0);
  await forget();
});

test('an attempt in flight is stuck only after an earlier failure', async () => {
  const key = randomUUID();
  const listed: (string | null)[][] = [];
  await add(key, { runAt: new Date(Date.now() - 1000) });
  const worker = await work(async () => {
    listed.push((await listStuckJobs(app.database)).map((job) => job.key));
    if (listed.length === 1) throw new Error('the first fails');
  });
  await until(
    () => queuedJobs(app, key),
    (jobs) => jobs.some(({ last_error, locked_by }) => last_error !== null && locked_by === null),
  );
  expect(await retryJobs(app.database, 'all')).toBe(1);
  await until(
    () => queuedJobs(app, key),
    (jobs) => jobs.length === 0,
  );
  await worker.stop();
  expect(listed).toEqual([[], [key]]);
});
