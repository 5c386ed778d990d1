import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryCheck, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { alerts, balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';

/** Two replicas with one database and the same neighbours. */
let app: TestApp;
let replica: TestApp;

beforeAll(async () => {
  // Many concurrent calls may wait for each other on a small machine: none of them may fail as unavailable.
  const env = { UPSTREAM_TIMEOUT_MS: '30000' };
  app = await startApp({ env });
  replica = await startApp({ env, shared: { db: app.db, sandbox: app.sandbox } });
});

afterEach(() => app.sandbox.reset());
afterAll(async () => {
  await replica.close();
  await app.close();
});

/** A buyer with a client at each replica. */
async function buyer() {
  const id = addOrganization(app.sandbox, '1001');
  const clients = await Promise.all([app, replica].map((one) => one.client({ organization_id: id })));
  return { id, clients, client: clients[0] as TestClient };
}

async function draft() {
  const fixture = await buyer();
  return { ...fixture, order: await createOrder(fixture.client, fixture.id, { agent_extra: '4' }) };
}

async function pending() {
  const fixture = await draft();
  return { ...fixture, order: await confirmOrder(fixture.client, fixture.order) };
}

/** This many concurrent calls, alternating between the two. */
const atOnce = <T, W>(times: number, between: readonly W[], work: (one: W, index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: times }, (_, index) => work(between[index % between.length] as W, index)));

const webhookUrl = ({ url }: TestApp) => `${url}/webhooks/mekari-pay`;
const orderCount = async (organizationId: string) =>
  (await app.db.query('select from topup_orders where organization_id = $1', [organizationId])).length;

describe('a payment that reaches two replicas at the same moment', () => {
  test('as two hundred copies of one event: is stored once, credited once, one PI', async () => {
    const { id, client, order } = await pending();
    await app.sandbox.mekariPay.pay(order.number, { webhook: false });
    const urls = [app, replica].map(webhookUrl);
    const { statuses } = await app.sandbox.mekariPay.resend(order.number, { times: 200, concurrency: 100, urls });
    expect(statuses).toEqual(Array(200).fill(200));
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(await inbox(app, order.number)).toEqual(['webhook invoice.paid: settled']);
    expect(app.sandbox.moderator.booking(order.number)?.attempts).toBe(1);
  });

  test('as forty events with different ids: settles by one, and the others are stored as repeats', async () => {
    const { id, client, order } = await pending();
    const body = invoiceEvent(app, order);
    const sent = await atOnce(40, [app, replica], (one) =>
      app.sandbox.mekariPay.sendRaw({ body, url: webhookUrl(one) }),
    );
    expect(sent.map(({ status }) => status)).toEqual(Array(40).fill(200));
    await untilStatus(client, order.id, 'COMPLETED');
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect((await inbox(app, order.number)).toSorted()).toEqual([
      ...Array(39).fill('webhook invoice.paid: hint'),
      'webhook invoice.paid: settled',
    ]);
  });

  test.each([1, 2, 3, 4, 5, 6])(
    "by webhook, by the poll of both, and by buyers' checks (round %i): settles by one of them",
    async () => {
      const { id, clients, client, order } = await pending();
      await app.sandbox.mekariPay.pay(order.number, { webhook: false });
      const urls = [app, replica].map(webhookUrl);
      const [{ statuses }, checks] = await Promise.all([
        app.sandbox.mekariPay.resend(order.number, { times: 4, concurrency: 4, urls }),
        atOnce(4, clients, (one) => tryCheck(one, order.id)),
        app.reconcile(),
        replica.reconcile(),
      ]);
      expect(statuses).toEqual(Array(4).fill(200));
      expect(checks.flatMap(codes)).toEqual([]);
      const completed = await untilStatus(client, order.id, 'COMPLETED');
      expect(completed.timeline.map(({ to }) => to)).toEqual(['DRAFT', 'PENDING_PAYMENT', 'PAID', 'COMPLETED']);
      expect(await balances(app, id)).toEqual({ agent_extra: '4' });
      expect((await inbox(app, order.number)).filter((event) => event.endsWith(': settled'))).toHaveLength(1);
      expect(app.sandbox.moderator.booking(order.number)?.attempts).toBe(1);
      expect([app, replica].flatMap((one) => alerts(one, order.number))).toEqual([]);
    },
  );

  test.each([1, 2, 3])(
    'as a further part of an order under review (round %i): is entered once, with one step',
    async () => {
      const { clients, client, order } = await pending();
      await app.sandbox.mekariPay.payPart(order.number, { amount: 100_000 });
      await untilStatus(client, order.id, 'PAYMENT_REVIEW');
      await app.sandbox.mekariPay.payPart(order.number, { amount: 50_000, webhook: false });
      const urls = [app, replica].map(webhookUrl);
      await Promise.all([
        app.sandbox.mekariPay.resend(order.number, { times: 6, concurrency: 6, urls }),
        atOnce(6, clients, (one) => tryCheck(one, order.id)),
        app.reconcile(),
        replica.reconcile(),
      ]);
      await app.sandbox.mekariPay.payRest(order.number);
      const completed = await untilStatus(client, order.id, 'COMPLETED');
      const review = 'PAYMENT_REVIEW';
      const walk = completed.timeline.map(({ from, to }) => `${from} → ${to}`).slice(2);
      expect(walk).toEqual([
        `PENDING_PAYMENT → ${review}`,
        `${review} → ${review}`,
        `${review} → PAID`,
        'PAID → COMPLETED',
      ]);
    },
  );
});

describe('a call that repeats twenty times at once, alternating between two replicas', () => {
  test('creates one order with one key, and answers the same to all', async () => {
    const { id, clients } = await buyer();
    const key = randomUUID();
    const outcomes = await atOnce(20, clients, (one) => tryCreate(one, id, { agent_extra: '1', muv: '500' }, key));
    expect(outcomes[0]?.order).toMatchObject({ status: 'DRAFT', total: { amount: '425000' } });
    expect(outcomes).toEqual(Array(20).fill(outcomes[0]));
    expect(await orderCount(id)).toBe(1);
  });

  test('makes one invoice for a confirm with one key, and answers the same link to all', async () => {
    const { clients, order } = await draft();
    const key = randomUUID();
    // The first creation is slow, so that other calls ask for one too.
    app.sandbox.mekariPay.faults.set([{ kind: 'latency', latencyMs: 500, match: { method: 'POST' } }]);
    const outcomes = await atOnce(20, clients, (one) => tryConfirm(one, order, key));
    const [invoice, ...others] = app.sandbox.mekariPay.invoices(order.number);
    expect(others).toEqual([]);
    expect(outcomes[0]).toMatchObject({
      userErrors: [],
      order: { status: 'PENDING_PAYMENT', paymentUrl: invoice?.payment_url },
    });
    expect(outcomes).toEqual(Array(20).fill(outcomes[0]));
    expect(outcomes[0]?.order?.timeline.map(({ to }) => to)).toEqual(['DRAFT', 'PENDING_PAYMENT']);
  });

  test('creates with one of two contents under one key, and refuses the other', async () => {
    const { id, clients } = await buyer();
    const key = randomUUID();
    const outcomes = await atOnce(20, clients, (one, index) =>
      tryCreate(one, id, { agent_extra: index % 4 < 2 ? '1' : '2' }, key),
    );
    expect(outcomes.flatMap(codes)).toEqual(Array(10).fill('IDEMPOTENCY_CONFLICT'));
    expect(await orderCount(id)).toBe(1);
  });

  test('confirms one of two orders under one key, and leaves the other a draft', async () => {
    const { id, clients, client, order } = await draft();
    const other = await createOrder(client, id, { agent_extra: '5' });
    const key = randomUUID();
    const outcomes = await atOnce(20, clients, (one, index) => tryConfirm(one, index % 4 < 2 ? order : other, key));
    expect(outcomes.flatMap(codes)).toEqual(Array(10).fill('IDEMPOTENCY_CONFLICT'));
    const statuses = await Promise.all([order, other].map(async (one) => (await readOrder(client, one.id)).status));
    expect(statuses.toSorted()).toEqual(['DRAFT', 'PENDING_PAYMENT']);
    expect(app.sandbox.mekariPay.invoices()).toHaveLength(1);
  });
});
