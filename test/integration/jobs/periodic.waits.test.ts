import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PeriodicTask } from '../../../src/platform/jobs/periodic.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';

/** What it waits between its tries, in milliseconds: the first is over at once, the second lasts until it is stopped. */
const waits: number[] = [];
const secondWait = Promise.withResolvers<void>();
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<typeof import('node:timers/promises')>()),
  async setTimeout(ms: number, _value: undefined, { signal }: { signal: AbortSignal }) {
    waits.push(ms);
    if (waits.length === 1) return;
    secondWait.resolve();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  },
}));
const { connectDatabase } = await import('../../../src/platform/database/data-source.ts');
const { startPeriodic } = await import('../../../src/platform/jobs/periodic.ts');
const { createLogger } = await import('../../../src/platform/telemetry/logger.ts');

let db: TestDatabase;

beforeAll(async () => {
  db = await createDatabase();
});

afterAll(() => db?.drop());

test('a replica that is alone waits from one start to the next, and not from an end', async () => {
  const database = await connectDatabase({ url: db.url, entities: [], migrations: [] });
  const task: PeriodicTask = {
    name: 'alone',
    intervalSeconds: 3600,
    // Takes twenty minutes.
    run: async () => void (await db.query(`update periodic_tasks set started_at = started_at - interval '20 minutes'`)),
  };
  const periodic = startPeriodic(database, task, createLogger('silent'));
  await secondWait.promise;
  await periodic.stop();
  await database.destroy();
  const [first, second] = waits;
  expect(first).toBe(3_600_000);
  expect(second).toBeLessThanOrEqual(2_400_000);
  expect(second).toBeGreaterThan(50);
});
