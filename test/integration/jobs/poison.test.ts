import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { defineJob, enqueueJob, newJob } from '../../../src/platform/jobs/job.ts';
import { startJobWorker } from '../../../src/platform/jobs/worker.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { failedJob, queuedJobs } from '../../support/app/jobs.ts';
import { confirmedOrders, nextRound } from '../../support/app/outage.ts';
import { readOrder, until } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';

vi.setConfig({ testTimeout: 120_000 });

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app?.close());

test('three times as many hanging jobs as slots: new jobs run in the first slot that frees up', async () => {
  const slow = defineJob({ name: 'slow', payload: z.object({ name: z.string() }) });
  const add = (names: readonly string[]) =>
    inTransaction(app.database, async (tx) => {
      for (const name of names) await enqueueJob(tx, newJob(slow, { name }, { key: `slow:${name}` }));
    });
  const begun: string[] = [];
  let timeOut: (() => void)[] = [];
  let isHanging = false;
  const worker = startJobWorker({
    databaseUrl: app.db.url,
    log: app.log,
    handlers: [
      slow.handle(async ({ name }) => {
        begun.push(name);
        if (!name.startsWith('poison')) return;
        if (isHanging) await new Promise<void>((resolve) => timeOut.push(resolve));
        throw new Error('no answer');
      }),
    ],
  });
  const waiting = () =>
    app.db.query(`select from graphile_worker.jobs where task_identifier = 'slow' and priority = 0`);
  try {
    await add(Array.from({ length: 12 }, (_, index) => `poison ${index}`));
    await until(waiting, (jobs) => jobs.length === 0);
    // All twelve are due again for a long time; four of them take the four slots and hang.
    isHanging = true;
    begun.length = 0;
    await app.db.query(
      `update graphile_worker._private_jobs set run_at = now() - interval '1 hour' where key like 'slow:%'`,
    );
    await until(
      async () => timeOut.length,
      (hanging) => hanging === 4,
    );
    await add(['new 1', 'new 2', 'new 3']);
    timeOut.shift()?.();
    await until(
      async () => begun.length,
      (count) => count === 8,
    );
    // All run through one slot, while three others hang and eight wait; then that slot takes a job that failed again.
    expect(begun.slice(4, 7).toSorted()).toEqual(['new 1', 'new 2', 'new 3']);
    expect(begun[7]).toMatch(/^poison/);
  } finally {
    isHanging = false;
    await app.db.query(`update graphile_worker._private_jobs set max_attempts = 1 where key like 'slow:%'`);
    for (const over of timeOut) over();
    timeOut = [];
    await worker.stop();
    await app.db.query(`delete from graphile_worker._private_jobs where key like 'slow:%'`);
  }
});

test('Moderator rejects four orders for ever and hangs at six: the others are booked, those stay paid and are listed as stuck', async () => {
  const { moderator, mekariPay } = app.sandbox;
  const orders = await confirmedOrders(app, 13);
  const [rejected, hanging, others] = [orders.slice(0, 4), orders.slice(4, 10), orders.slice(10)];
  moderator.faults.set([
    ...rejected.map(({ order }) => ({ kind: 'status' as const, status: 422, match: { body: order.number } })),
    ...hanging.map(({ order }) => ({ kind: 'hang' as const, match: { body: order.number } })),
  ]);
  const poison = [...rejected, ...hanging];
  await Promise.all(poison.map(({ order }) => mekariPay.pay(order.number)));
  for (const { order } of poison) await failedJob(app, 'book_paid_pi', order.id);
  await Promise.all(others.map(({ order }) => mekariPay.pay(order.number)));
  const isBooked = () => others.every(({ order }) => moderator.booking(order.number) !== undefined);
  while (!isBooked()) await nextRound(app, 'book_paid_pi');
  for (const { client, order } of others) {
    await until(
      () => readOrder(client, order.id),
      ({ status }) => status === 'COMPLETED',
    );
    expect(moderator.booking(order.number)?.attempts).toBe(1);
  }
  for (const { client, organizationId, order } of poison) {
    expect((await readOrder(client, order.id)).status).toBe('PAID');
    expect(await balances(app, organizationId)).toEqual({ agent_extra: '3' });
    expect((await queuedJobs(app, order.id)).filter(({ task }) => task === 'book_paid_pi')).toMatchObject([
      { last_error: expect.stringMatching(/^moderator /) },
    ]);
  }
  // Accounting recovers: no action is needed here.
  moderator.faults.clear();
  while (moderator.bookings().length < orders.length) await nextRound(app, 'book_paid_pi');
  expect(new Set(moderator.bookings().map(({ request }) => request.order_number))).toEqual(
    new Set(orders.map(({ order }) => order.number)),
  );
});
