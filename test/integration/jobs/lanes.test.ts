import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { defineJob, enqueueJob, newJob } from '../../../src/platform/jobs/job.ts';
import { retryJobs } from '../../../src/platform/jobs/store/stuck-jobs.ts';
import { startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';

const note = defineJob({ name: 'note', payload: z.object({ organizationId: z.string(), text: z.string() }) });

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterEach(() => app.db.query('delete from graphile_worker._private_jobs'));
afterAll(() => app.close());

/** Adds a job per text, "a1" for organization "a"; each in a transaction of its own, as requests do. */
async function add(...texts: string[]): Promise<void> {
  for (const text of texts) {
    await inTransaction(app.database, (tx) =>
      enqueueJob(tx, newJob(note, { organizationId: text.slice(0, 1), text }, { key: text })),
    );
  }
}

type Run = (text: string) => Promise<void>;

const handler = (run: Run) => note.handle(({ text }) => run(text));
const work = (run: Run, concurrency: number, isReserved = false) =>
  startJobWorker({ databaseUrl: app.db.url, handlers: [handler(run)], log: app.log, concurrency, isReserved });

const jobs = () =>
  app.db.query<{ key: string; attempts: number; priority: number; flags: object | null; locked_at: Date | null }>(
    'select key, attempts, priority, flags, locked_at from graphile_worker.jobs order by key',
  );

/** Runs all jobs one by one, and returns their order. */
async function drain(): Promise<string[]> {
  const order: string[] = [];
  const worker = work(async (text) => void order.push(text), 1);
  await until(jobs, ({ length }) => length === 0);
  await worker.stop();
  return order;
}

/** Lets each job fail once. */
async function failAll(): Promise<void> {
  const worker = work(async () => {
    throw new Error('the neighbour is away');
  }, 4);
  await until(jobs, (all) => all.every(({ priority, locked_at }) => priority >= 10_000 && locked_at === null));
  await worker.stop();
}

describe('organizations take turns', () => {
  test('a backlog of one runs behind the first jobs of the others', async () => {
    await add('a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1');
    expect(await drain()).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  test("a job that is enqueued again keeps its organization's turn", async () => {
    await add('a1', 'a2', 'a2');
    expect(await jobs()).toMatchObject([
      { key: 'a1', priority: 0, flags: null },
      { key: 'a2', priority: 1, flags: { later: true } },
    ]);
  });

  test('a retry of all runs them oldest first, in turns, and behind everything new', async () => {
    await add('a1', 'a2', 'a3', 'b1');
    await failAll();
    expect(await retryJobs(app.database, 'all')).toBe(4);
    await add('c1', 'a4');
    expect(await drain()).toEqual(['c1', 'a4', 'a1', 'b1', 'a2', 'a3']);
  });

  test('a retry of single jobs runs them as new ones', async () => {
    await add('a1', 'b1');
    await failAll();
    const [row] = await app.db.query<{ id: string }>(`select id from graphile_worker.jobs where key = 'b1'`);
    expect(await retryJobs(app.database, [row?.id ?? ''])).toBe(1);
    await add('c1');
    expect((await drain()).slice(0, 2)).toEqual(['b1', 'c1']);
  });
});

test("a reserved worker runs another organization's job while one organization's, and failed ones, hang in all other slots", async () => {
  await add('x1');
  await failAll();
  const begun: string[] = [];
  const goOn = Promise.withResolvers<void>();
  const run: Run = async (text) => {
    begun.push(text);
    if (!text.startsWith('b')) await goOn.promise;
  };
  const workers = [work(run, 2), work(run, 2, true)];
  try {
    await add('a1', 'a2', 'a3', 'a4', 'a5');
    // They hang in both other slots, and the first one perhaps in a reserved slot instead.
    await until(
      async () => begun.length,
      (count) => count >= 2,
    );
    await app.db.query(`update graphile_worker._private_jobs set run_at = now() where key = 'x1'`);
    await add('b1', 'b2');
    await until(
      async () => begun,
      (texts) => texts.includes('b1'),
    );
    expect(begun).not.toContain('a4');
    expect(begun).not.toContain('x1');
    expect(begun).not.toContain('b2');
  } finally {
    goOn.resolve();
    await until(jobs, ({ length }) => length === 0);
    await Promise.all(workers.map((worker) => worker.stop()));
  }
});
