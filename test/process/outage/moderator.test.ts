import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import {
  type ConfirmedOrder,
  confirmedOrders,
  mailKinds,
  mostAttempts,
  nextRound,
  STEP_MINUTES,
  untilNoneIsLeft,
} from '../../support/app/outage.ts';
import { readOrder, untilStatus } from '../../support/app/purchase.ts';
import { balances } from '../../support/app/webhook.ts';
import { jobAges } from '../../support/telemetry/job-ages.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Two replicas with one database and the same neighbours. */
let app: TestApp;
let replica: TestApp;

const startSecond = () => startApp({ shared: { db: app.db, sandbox: app.sandbox } });

beforeAll(async () => {
  app = await startApp();
  replica = await startSecond();
});

afterAll(async () => {
  await replica?.close();
  await app?.close();
});

async function expectPaidAndCredited({ client, organizationId, order }: ConfirmedOrder): Promise<void> {
  expect((await readOrder(client, order.id)).status).toBe('PAID');
  expect(await balances(app, organizationId)).toEqual({ agent_extra: '3' });
}

async function expectBookedOnce({ client, organizationId, order }: ConfirmedOrder): Promise<void> {
  const completed = await readOrder(client, order.id);
  expect(completed.status).toBe('COMPLETED');
  expect(completed.timeline.map(({ to }) => to)).toEqual(['DRAFT', 'PENDING_PAYMENT', 'PAID', 'COMPLETED']);
  const bookings = app.sandbox.moderator.bookings().filter(({ request }) => request.order_number === order.number);
  expect(bookings).toMatchObject([{ pi_number: completed.paidInvoiceNumber }]);
  expect(await balances(app, organizationId)).toEqual({ agent_extra: '3' });
  expect(mailKinds(app, order.number)).toEqual(['awaiting payment', 'payment received', 'invoice booked']);
}

test('Moderator fails for more than an hour, in every way: nothing is lost, its age grows, and then each order is booked once', async () => {
  const { moderator, mekariPay } = app.sandbox;
  const orders = await confirmedOrders(app, 10);
  await untilNoneIsLeft(app, 'send_order_mail');
  await moderator.refuse();
  await Promise.all(orders.map(({ order }) => mekariPay.pay(order.number)));

  let rounds = 0;
  let lastAge = 0;
  const wait = async (times: number) => {
    for (let round = 0; round < times; round++) {
      await nextRound(app, 'book_paid_pi');
      rounds += 1;
    }
    for (const each of orders) await expectPaidAndCredited(each);
    expect(moderator.bookings()).toEqual([]);
    // The same on both replicas.
    for (const one of [app, replica]) {
      const age = (await jobAges(one)).get('book_paid_pi') ?? 0;
      expect(age).toBeGreaterThan(Math.max(lastAge, rounds * STEP_MINUTES * 60));
      lastAge = age;
    }
  };
  await wait(2);
  await moderator.accept();
  moderator.faults.set([{ kind: 'hang' }]);
  await replica.close();
  replica = await startSecond();
  await wait(1);
  moderator.faults.set([{ kind: 'status', status: 500 }]);
  await wait(2);
  moderator.faults.set([{ kind: 'status', status: 429, retryAfterSeconds: 60 }]);
  await wait(2);
  // The job has used few of its thousand attempts.
  expect(rounds * STEP_MINUTES).toBeGreaterThan(60);
  expect(await mostAttempts(app, 'book_paid_pi')).toBeLessThan(100);

  // Moderator recovers, except that the answers to its first three bookings are lost.
  moderator.faults.set([{ kind: 'drop-answer', times: 3 }]);
  await untilNoneIsLeft(app, 'book_paid_pi');
  await Promise.all(orders.map(({ client, order }) => untilStatus(client, order.id, 'COMPLETED')));
  await untilNoneIsLeft(app, 'send_order_mail');
  for (const each of orders) await expectBookedOnce(each);
  expect(moderator.bookings()).toHaveLength(orders.length);
  expect((await jobAges(app)).has('book_paid_pi')).toBe(false);
});
