import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { defineJob, enqueueJob, newJob } from '../../../src/platform/jobs/job.ts';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { type JobWorker, startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';

const note = defineJob({ name: 'note', payload: z.object({ text: z.string() }) });

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterEach(() => app.db.query('delete from graphile_worker._private_jobs'));
afterAll(() => app.close());

const add = (keys: readonly string[]) =>
  inTransaction(app.database, async (tx) => {
    for (const key of keys) await enqueueJob(tx, newJob(note, { text: key }, { key }));
  });

const work = (run: (text: string) => Promise<void>, concurrency?: number): JobWorker =>
  startJobWorker({
    databaseUrl: app.db.url,
    handlers: [note.handle(({ text }) => run(text))],
    log: app.log,
    concurrency,
  });

interface Wait {
  key: string;
  attempts: number;
  priority: number;
  isLocked: boolean;
  /** The time of the next run, in seconds since 1970. */
  at: number;
}

const waits = () =>
  app.db.query<Wait>(
    `select key, attempts, priority, locked_at is not null as "isLocked", extract(epoch from run_at)::float8 as at
     from graphile_worker.jobs order by key`,
  );

/** Waits until each job has failed and its wait is spread. */
const untilSpread = (attempts: number) =>
  until(waits, (jobs) => jobs.every((job) => !job.isLocked && job.attempts === attempts && job.priority > 0));

const keys = (count: number) => Array.from({ length: count }, () => randomUUID());
const setAttempts = (attempts: number) =>
  app.db.query('update graphile_worker._private_jobs set attempts = $1', [attempts]);
const distinctSeconds = (jobs: readonly Wait[]) => new Set(jobs.map(({ at }) => Math.floor(at))).size;
const seconds = () => Date.now() / 1000;
const fail = async () => {
  throw new Error('the neighbour is away');
};

describe('failed jobs', () => {
  test('of one moment come back spread out: each after half its wait or more', async () => {
    await add(keys(200));
    // The fourth attempt fails: the library waits e^4 = 54.6 s.
    await setAttempts(3);
    const begun = seconds();
    const worker = work(fail);
    let jobs: Wait[];
    try {
      jobs = await untilSpread(4);
    } finally {
      await worker.stop();
    }
    const ended = seconds();
    expect(jobs).toHaveLength(200);
    for (const { at } of jobs) {
      expect(at).toBeGreaterThan(begun + 27);
      expect(at).toBeLessThan(ended + 54.6);
    }
    // By pure chance all of the 27 seconds are hit; without a spread only as many as the failing took.
    expect(distinctSeconds(jobs)).toBeGreaterThan(20);
  });

  test('from long before, as after a crash, come back: waits above ten minutes become five to ten, each a different one', async () => {
    await add(keys(200));
    await app.db.query(
      `update graphile_worker._private_jobs set attempts = 9, last_error = 'no', run_at = now() + interval '5 hours'`,
    );
    const begun = seconds();
    const worker = work(fail);
    let jobs: Wait[];
    try {
      jobs = await until(waits, (all) => all.every(({ at }) => at < seconds() + 3600));
    } finally {
      await worker.stop();
    }
    for (const { at } of jobs) {
      expect(at).toBeGreaterThan(begun + 299);
      expect(at).toBeLessThan(seconds() + 601);
    }
    // By pure chance about 146 of the 300 seconds are hit.
    expect(distinctSeconds(jobs)).toBeGreaterThan(80);
  });

  test('wait longer from attempt to attempt', async () => {
    await add(keys(1));
    let failedAt = 0;
    const worker = work(async () => {
      failedAt = seconds();
      await fail();
    });
    try {
      // The wait is at least half of e^1 and of e^2.
      for (const [attempt, shortest] of [
        [1, 1.3],
        [2, 3.6],
      ] as const) {
        const [job] = await untilSpread(attempt);
        expect((job?.at ?? 0) - failedAt).toBeGreaterThan(shortest);
        await app.db.query('update graphile_worker._private_jobs set run_at = now()');
      }
    } finally {
      await worker.stop();
    }
  });

  test('are spread out too in the last moment of a worker', async () => {
    await add(['last']);
    const running = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const worker = work(async () => {
      running.resolve();
      await goOn.promise;
      await fail();
    });
    await running.promise;
    const stopped = worker.stop();
    goOn.resolve();
    await stopped;
    expect(await waits()).toMatchObject([{ key: 'last', attempts: 1, priority: 10_000, isLocked: false }]);
  });
});

describe('the order of jobs', () => {
  test("puts a new job before failed ones, however long they are due; an operator's retry counts as new", async () => {
    const poison = keys(6);
    await add(poison);
    let worker = work(fail);
    await untilSpread(1);
    await worker.stop();
    await app.db.query(`update graphile_worker._private_jobs set run_at = now() - interval '1 hour'`);
    const [{ id }] = (await app.db.query<{ id: string }>('select id from graphile_worker.jobs where key = $1', [
      poison[5],
    ])) as [{ id: string }];
    await retryJobs(app.database, [id]);
    await add(['new']);
    const order: string[] = [];
    worker = work(async (text) => void order.push(text), 1);
    await until(waits, (jobs) => jobs.length === 0);
    await worker.stop();
    expect(order.slice(0, 2)).toEqual([poison[5], 'new']);
    expect(order.slice(2).toSorted()).toEqual(poison.slice(0, 5).toSorted());
  });

  test("keeps a replaced job's new payload when its failure is recorded at the same moment", async () => {
    await add(['replaced']);
    const worker = work(fail);
    await until(waits, (jobs) => jobs.every(({ attempts, isLocked }) => attempts === 1 && !isLocked));
    const runAt = new Date(Date.now() + 3_600_000);
    await inTransaction(app.database, (tx) =>
      enqueueJob(tx, newJob(note, { text: 'again' }, { key: 'replaced', runAt })),
    );
    await worker.stop();
    const [job] = await waits();
    expect(job).toMatchObject({ attempts: 0, priority: 0 });
    expect(job?.at).toBeCloseTo(runAt.getTime() / 1000, 2);
  });
});
