import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { queuedJobs } from '../../support/app/jobs.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { type Relay, startRelay } from '../../support/neighbours/relay.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const HOUR = 3600;

// Each test starts two days ago, so that its webhooks can arrive in time.
const time = movableClock();
let app: TestApp;
let relay: Relay;

beforeAll(async () => {
  relay = await startRelay();
  app = await startApp({
    clock: time.clock,
    env: { HUB_CORE_URL: relay.url },
    sandbox: { clock: time.now, wireClock: time.now },
  });
  relay.setTarget(app.sandbox.hubCore.url);
});

afterEach(async () => {
  relay.clear();
  time.toPresent();
  await app.sandbox.reset();
});

afterAll(async () => {
  await app.close();
  await relay.stop();
});

/** An order that has a day to be paid, and whose first mail has gone out. */
async function pending() {
  time.toPresent();
  time.advance(-48 * HOUR);
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id, expires_in: 96 * HOUR });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await idle(order.id);
  return { client, order };
}

const idle = (orderId: string) =>
  until(
    () => queuedJobs(app, orderId),
    (jobs) => jobs.length === 0,
  );

const reminders = (number: string) =>
  app.sandbox.mail.messages().filter(({ subject }) => subject.startsWith(`Pengingat: pesanan ${number}`));

async function later(hours: number, orderId: string): Promise<void> {
  time.advance(hours * HOUR);
  await app.reconcile();
  await idle(orderId);
}

describe('an order that nobody pays', () => {
  test('has a reminder at half of its time and one two hours before its end, each once', async () => {
    const { order } = await pending();
    await later(11.9, order.id);
    expect(reminders(order.number)).toHaveLength(0);
    await later(0.2, order.id);
    expect(reminders(order.number)).toHaveLength(1);
    expect(reminders(order.number)[0]?.text).toContain(order.paymentUrl);
    await later(9.8, order.id);
    expect(reminders(order.number)).toHaveLength(1);
    await later(0.2, order.id);
    await later(1.5, order.id);
    expect(reminders(order.number)).toHaveLength(2);
    expect(new Set(reminders(order.number).map(({ messageId }) => messageId)).size).toBe(2);
    await later(1, order.id);
    expect(reminders(order.number)).toHaveLength(2);
  });

  test('has one reminder, and not two at once, after an outage over both times', async () => {
    const { order } = await pending();
    await later(23, order.id);
    await later(0.5, order.id);
    expect(reminders(order.number)).toHaveLength(1);
  });

  test('has one reminder if the provider gives it three hours', async () => {
    app.sandbox.mekariPay.setTerms({ max_lifetime_seconds: 3 * HOUR });
    const { order } = await pending();
    await later(1.4, order.id);
    expect(reminders(order.number)).toHaveLength(0);
    await later(0.2, order.id);
    await later(1.2, order.id);
    expect(reminders(order.number)).toHaveLength(1);
  });

  test('has one reminder, whichever replicas poll it at the same moment', async () => {
    const { order } = await pending();
    time.advance(13 * HOUR);
    await Promise.all([app.reconcile(), app.reconcile(), app.reconcile()]);
    await idle(order.id);
    expect(reminders(order.number)).toHaveLength(1);
  });
});

describe('nobody who has paid or cancelled is reminded', () => {
  test('a payment that the poll itself finds', async () => {
    const { client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    await later(13, order.id);
    await untilStatus(client, order.id, 'COMPLETED');
    expect(reminders(order.number)).toHaveLength(0);
  });

  test('a cancelled order', async () => {
    const { client, order } = await pending();
    await tryCancel(client, order.id);
    await later(13, order.id);
    expect(reminders(order.number)).toHaveLength(0);
  });

  test('a payment that comes while the reminder is on its way', async () => {
    const { client, order } = await pending();
    time.advance(13 * HOUR);
    const contacts = relay.hold(({ path }) => path.includes('/organizations'), 'answer');
    await app.reconcile();
    // The job has read an unpaid order, and asks hub-core for its contacts.
    await contacts.reached;
    await app.sandbox.mekariPay.pay(order.number);
    await untilStatus(client, order.id, 'COMPLETED');
    contacts.release();
    await idle(order.id);
    expect(reminders(order.number)).toHaveLength(0);
    expect(app.sandbox.mail.messages().some(({ subject }) => subject.startsWith('Pembayaran pesanan'))).toBe(true);
  });
});
