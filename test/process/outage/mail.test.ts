import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import {
  type ConfirmedOrder,
  confirmedOrders,
  mailKinds,
  nextRound,
  STEP_MINUTES,
  untilNoneIsLeft,
} from '../../support/app/outage.ts';
import { untilStatus } from '../../support/app/purchase.ts';
import { jobAges } from '../../support/telemetry/job-ages.ts';

vi.setConfig({ testTimeout: 180_000 });

/** Two replicas with one database and the same neighbours. */
let app: TestApp;
let replica: TestApp;

/** Short: the mail server hangs for a while. */
const env = { SMTP_TIMEOUT_SECONDS: '3' };
const startSecond = () => startApp({ shared: { db: app.db, sandbox: app.sandbox }, env });

beforeAll(async () => {
  app = await startApp({ env });
  replica = await startSecond();
});

afterAll(async () => {
  await replica?.close();
  await app?.close();
});

/** Paid, credited and booked, whatever happens to its mails. */
async function pay({ client, order }: ConfirmedOrder): Promise<void> {
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
}

test('the mail server fails for more than an hour, in every way: bookings go on, and then each valid mail goes out once', async () => {
  const { mail, mekariPay, moderator } = app.sandbox;
  await mail.refuse();
  const [unpaid, paidLater, underReview, ...paid] = (await confirmedOrders(app, 11)) as [
    ConfirmedOrder,
    ConfirmedOrder,
    ConfirmedOrder,
    ...ConfirmedOrder[],
  ];
  let rounds = 0;
  const wait = async (times: number) => {
    for (let round = 0; round < times; round++) {
      await nextRound(app, 'send_order_mail');
      rounds += 1;
    }
    expect(mail.messages()).toEqual([]);
    for (const one of [app, replica]) {
      // The mail of the unpaid order has waited since the start.
      expect((await jobAges(one)).get('send_order_mail')).toBeGreaterThan(rounds * STEP_MINUTES * 60);
    }
  };
  await wait(2);
  await Promise.all(paid.slice(0, 4).map(pay));
  await mail.accept();
  await mail.faults.set([{ kind: 'hang' }]);
  await Promise.all(paid.slice(4).map(pay));
  await mekariPay.payWrong(underReview.order.number);
  await replica.close();
  replica = await startSecond();
  await wait(1);
  await mail.faults.set([{ kind: 'reject', status: 451 }]);
  await wait(3);
  expect(rounds * STEP_MINUTES).toBeGreaterThan(60);

  await mail.faults.clear();
  await untilNoneIsLeft(app, 'send_order_mail');
  expect(mailKinds(app, unpaid.order.number)).toEqual(['awaiting payment']);
  expect(mailKinds(app, underReview.order.number)).toEqual(['under review']);
  await pay(paidLater);
  await untilNoneIsLeft(app, 'send_order_mail');
  expect(mailKinds(app, paidLater.order.number).toSorted()).toEqual([
    'awaiting payment',
    'invoice booked',
    'payment received',
  ]);
  for (const { order } of paid) {
    // The paid order gets no request to pay.
    expect(mailKinds(app, order.number).toSorted()).toEqual(['invoice booked', 'payment received']);
    const message = mail.messages().find(({ subject }) => subject.startsWith(`PI number for order ${order.number}`));
    expect(message?.text).toContain(moderator.booking(order.number)?.pi_number);
  }
  expect((await jobAges(app)).has('send_order_mail')).toBe(false);
});
