import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { until } from '../../support/app/purchase.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

// The upkeep sees a lost job twice, five seconds apart.
vi.setConfig({ testTimeout: 90_000 });

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});

afterAll(() => db?.drop());

/** Adds a job that this worker seems to have claimed, as when the answer to the claim was lost with its connection. */
async function addClaimed(workerId: string): Promise<void> {
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`select graphile_worker.add_job('lost', job_key := 'lost')`);
    await client.query(
      `update graphile_worker._private_jobs set locked_by = $1, locked_at = now() - interval '1 minute', attempts = 1 where key = 'lost'`,
      [workerId],
    );
    await client.query('commit');
  } finally {
    await client.end();
  }
}

test('a job that a live worker has locked and does not run is freed, and runs, while its other jobs finish', async () => {
  const runs: string[] = [];
  const restarts: string[] = [];
  const finish = Promise.withResolvers<void>();
  const worker = startJobWorker({
    name: 'tested',
    databaseUrl: db.url,
    log: createLogger('silent'),
    handlers: [
      { name: 'lost', run: async (_payload, { attempt }) => void runs.push(`lost ${attempt}`) },
      {
        name: 'long',
        async run() {
          await finish.promise;
          runs.push('long');
        },
      },
    ],
    onRestart(name) {
      restarts.push(name);
      finish.resolve();
    },
  });
  try {
    await db.query(`select graphile_worker.add_job('long')`);
    const [row] = await until(
      () => db.query<{ id: string }>('select locked_by as id from graphile_worker.jobs where locked_at is not null'),
      (rows) => rows.length === 1,
    );
    await addClaimed(row?.id ?? '');
    await until(
      () => db.query('select from graphile_worker.jobs'),
      (jobs) => jobs.length === 0,
    );
    expect(restarts).toEqual(['tested']);
    expect(runs).toEqual(['long', 'lost 2']);
  } finally {
    finish.resolve();
    await worker.stop();
  }
});
