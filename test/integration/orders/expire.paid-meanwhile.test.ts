import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { alerts, balances, inbox } from '../../support/app/webhook.ts';
import { type Relay, type RelayedCall, startRelay } from '../../support/neighbours/relay.ts';

let app: TestApp;
let pay: Relay;

beforeAll(async () => {
  pay = await startRelay();
  app = await startApp({ env: { MEKARI_PAY_URL: pay.url, UPSTREAM_TIMEOUT_MS: '15000' } });
  pay.setTarget(app.sandbox.mekariPay.url);
});

afterEach(async () => {
  pay.clear();
  await app.sandbox.reset();
});
afterAll(async () => {
  await app.close();
  await pay.stop();
});

const ASKED = ({ method, path }: RelayedCall) => method === 'GET' && /\/invoices\/inv_/.test(path);
const VOIDED = ({ path }: RelayedCall) => path.endsWith('/void');

async function pending() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' })) };
}

async function overdue() {
  const fixture = await pending();
  await app.db.query(`update topup_orders set payment_expires_at = now() where id = $1`, [fixture.order.id]);
  return fixture;
}

/** Expects one credit, one booking, this path through the states, and no alert. */
async function expectCredited({ id, client, order }: Awaited<ReturnType<typeof pending>>, ...walk: string[]) {
  const { timeline } = await untilStatus(client, order.id, 'COMPLETED');
  expect(timeline.map(({ to }) => to)).toEqual(['DRAFT', 'PENDING_PAYMENT', ...walk, 'PAID', 'COMPLETED']);
  expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  expect(alerts(app, order.number)).toEqual([]);
  expect((await inbox(app, order.number)).filter((event) => event.endsWith(': settled'))).toHaveLength(1);
}

test('a payment while the expiry gets "unpaid" from Mekari Pay is credited by its webhook, and the order does not expire', async () => {
  const fixture = await overdue();
  const asked = pay.hold(ASKED, 'answer');
  const expiring = app.reconcile();
  await asked.reached;
  await app.sandbox.mekariPay.pay(fixture.order.number);
  asked.release();
  await expiring;
  await expectCredited(fixture);
});

test('a payment while the expiry asks, with its webhook lost, is found by the void and credited by the next run', async () => {
  const fixture = await overdue();
  const asked = pay.hold(ASKED, 'answer');
  const expiring = app.reconcile();
  await asked.reached;
  await app.sandbox.mekariPay.pay(fixture.order.number, { webhook: false });
  asked.release();
  await expiring;
  await app.reconcile();
  await expectCredited(fixture);
});

test("a payment between the provider's void and our expiry is credited, and the order does not expire", async () => {
  const fixture = await overdue();
  const voided = pay.hold(VOIDED, 'answer');
  const expiring = app.reconcile();
  await voided.reached;
  await app.sandbox.mekariPay.payLate(fixture.order.number);
  voided.release();
  await expiring;
  await expectCredited(fixture);
});

test('a payment between the void and the cancel is credited, and the buyer learns that the order is paid', async () => {
  const fixture = await pending();
  const voided = pay.hold(VOIDED, 'answer');
  const cancelling = tryCancel(fixture.client, fixture.order.id);
  await voided.reached;
  await app.sandbox.mekariPay.payLate(fixture.order.number);
  voided.release();
  const { order, userErrors } = await cancelling;
  expect(userErrors.map(({ code }) => code)).toEqual(['INVALID_TRANSITION']);
  expect(['PAID', 'COMPLETED']).toContain(order?.status);
  await expectCredited(fixture);
});

test('a payment at the moment of the expiry, twenty times, is credited once each, whichever comes first', async () => {
  const fixtures = await Promise.all(Array.from({ length: 20 }, overdue));
  await Promise.all([
    app.reconcile(),
    ...fixtures.map(({ order }) => app.sandbox.mekariPay.payLate(order.number)),
    app.reconcile(),
  ]);
  for (const { id, client, order } of fixtures) {
    const { timeline } = await untilStatus(client, order.id, 'COMPLETED');
    expect(timeline.map(({ to }) => to).filter((to) => to !== 'EXPIRED')).toEqual([
      'DRAFT',
      'PENDING_PAYMENT',
      'PAID',
      'COMPLETED',
    ]);
    expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
  }
});
