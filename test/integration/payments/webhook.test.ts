import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { webhookHeaders } from '../../../sandbox/signing/standard-webhooks.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';

const secretOf = (text: string) => `whsec_${Buffer.from(text).toString('base64')}`;
const CURRENT = secretOf('the secret that is used today');
const NEXT = secretOf('the secret of tomorrow, rotated');
const FOREIGN = secretOf('a secret that we never agreed on');

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({
    sandbox: { webhookSecrets: [CURRENT] },
    env: { MEKARI_PAY_WEBHOOK_SECRET: `${CURRENT},${NEXT}` },
  });
  admin = await app.client();
});

afterEach(() => app.sandbox.mekariPay.setWebhookSecrets([CURRENT]));
afterAll(() => app.close());

const pendingOrder = async () => confirmOrder(admin, await createOrder(admin, '1001', { wa_balance: '1000000' }));
const now = () => Math.floor(Date.now() / 1000);
const storedEvents = async () =>
  (await app.db.query<{ count: string }>(`select count(*) from payment_events`))[0]?.count;

describe('the signature is checked first', () => {
  test.each<[string, Omit<Parameters<TestApp['sandbox']['mekariPay']['sendRaw']>[0], 'body'>]>([
    ['no signature', { headers: { 'webhook-signature': undefined } }],
    ['no id', { headers: { 'webhook-id': undefined } }],
    ['no timestamp', { headers: { 'webhook-timestamp': undefined } }],
    ['an invalid signature', { headers: { 'webhook-signature': 'v1,AAAA' } }],
    ['a signature without its value', { headers: { 'webhook-signature': 'v1' } }],
    ['an empty signature', { headers: { 'webhook-signature': '' } }],
    ['a version that we do not know', { headers: { 'webhook-signature': 'v2,abc v9,def' } }],
    ["another's secret", { secret: FOREIGN }],
    ['an id that was not signed', { headers: { 'webhook-id': 'msg_other' } }],
    ['a time that was not signed', { headers: { 'webhook-timestamp': String(now() - 1) } }],
    ['a time that is no number', { headers: { 'webhook-timestamp': 'today' } }],
    ['a time six minutes ago', { timestamp: now() - 360 }],
    ['a time in six minutes', { timestamp: now() + 360 }],
  ])('%s: 401, and nothing is stored or moved', async (_, event) => {
    const order = await pendingOrder();
    const before = await storedEvents();
    const { status } = await app.sandbox.mekariPay.sendRaw({ body: invoiceEvent(app, order), ...event });
    expect(status).toBe(401);
    expect(await storedEvents()).toBe(before);
    expect((await readOrder(admin, order.id)).status).toBe('PENDING_PAYMENT');
  });

  test('a body that changed on its way: 401', async () => {
    const order = await pendingOrder();
    const signed = JSON.stringify(invoiceEvent(app, order));
    const id = `msg_${randomUUID()}`;
    const headers = webhookHeaders({ id, timestamp: now(), body: signed }, [CURRENT]);
    const body = signed.replace('1000000', '1000001');
    expect((await app.sandbox.mekariPay.sendRaw({ body, headers })).status).toBe(401);
  });

  test('an unverified body is not parsed: invalid JSON with a wrong signature is 401 too', async () => {
    expect((await app.sandbox.mekariPay.sendRaw({ body: '{', secret: FOREIGN })).status).toBe(401);
  });

  test.each([-290, 290])('a timestamp %i seconds off is within the tolerance', async (seconds) => {
    const order = await pendingOrder();
    const body = invoiceEvent(app, order);
    expect((await app.sandbox.mekariPay.sendRaw({ body, timestamp: now() + seconds })).status).toBe(200);
    await untilStatus(admin, order.id, 'COMPLETED');
  });
});

describe('rotation', () => {
  test.each([
    ['the old secret alone', [CURRENT]],
    ['the new secret alone', [NEXT]],
    ['both', [CURRENT, NEXT]],
    ["another's and then ours", [FOREIGN, NEXT]],
  ])('a payment is accepted when signed with %s', async (_, secrets) => {
    const order = await pendingOrder();
    app.sandbox.mekariPay.setWebhookSecrets(secrets);
    expect((await app.sandbox.mekariPay.pay(order.number)).status).toBe(200);
    await untilStatus(admin, order.id, 'COMPLETED');
  });
});

describe('the raw body', () => {
  test.each<[string, (event: object) => string]>([
    ['odd whitespace', (event) => `\n\t ${JSON.stringify(event, null, '\t')}\r\n `],
    ['a reordered, escaped text', (event) => JSON.stringify(event).replaceAll('"IDR"', '"\\u0049DR"')],
    ['unicode beyond the basic plane', (event) => JSON.stringify({ note: 'Terima kasih – ñ 日本 🙏', ...event })],
    ['members that we do not know', (event) => JSON.stringify({ ...event, livemode: true, nested: { a: [1, null] } })],
  ])('verifies and parses with %s', async (_, write) => {
    const order = await pendingOrder();
    const body = write(invoiceEvent(app, order));
    expect((await app.sandbox.mekariPay.sendRaw({ body })).status).toBe(200);
    await untilStatus(admin, order.id, 'COMPLETED');
  });

  test.each(['text/plain', 'application/octet-stream', undefined])('verifies as %s all the same', async (type) => {
    const order = await pendingOrder();
    const event = { body: invoiceEvent(app, order), headers: { 'content-type': type } };
    expect((await app.sandbox.mekariPay.sendRaw(event)).status).toBe(200);
    await untilStatus(admin, order.id, 'COMPLETED');
  });

  test('may have 64 KB, and not a byte more', async () => {
    const order = await pendingOrder();
    const sized = (bytes: number) => {
      const event = { ...invoiceEvent(app, order, {}, 'invoice.failed'), padding: '' };
      return JSON.stringify({ ...event, padding: 'x'.repeat(bytes - JSON.stringify(event).length) });
    };
    expect((await app.sandbox.mekariPay.sendRaw({ body: sized(65_536) })).status).toBe(200);
    expect((await app.sandbox.mekariPay.sendRaw({ body: sized(65_537) })).status).toBe(413);
    expect(await inbox(app, order.number)).toEqual(['webhook invoice.failed: hint']);
  });
});

test.each<[string, (event: ReturnType<typeof invoiceEvent>) => unknown]>([
  ['no JSON', () => '{"type":'],
  ['an empty body', () => ''],
  ['a list', () => []],
  ['null', () => 'null'],
  ['no type', ({ data }) => ({ data })],
  ['an empty type', (event) => ({ ...event, type: '' })],
  ['no data', ({ type }) => ({ type })],
  ['an amount in words', (event) => ({ ...event, data: { ...event.data, amount: 'a million' } })],
  ['a fraction of a rupiah', (event) => ({ ...event, data: { ...event.data, amount: 1_000_000.5 } })],
  ['a negative amount', (event) => ({ ...event, data: { ...event.data, amount: -1 } })],
  ['an amount that is not exact', (event) => ({ ...event, data: { ...event.data, amount: 2 ** 53 } })],
  ['no invoice', (event) => ({ ...event, data: { ...event.data, invoice_id: '' } })],
  ['no order number', (event) => ({ ...event, data: { ...event.data, external_id: null } })],
  ['no currency', (event) => ({ ...event, data: { ...event.data, currency: undefined } })],
  ['an invalid day', (event) => ({ ...event, data: { ...event.data, paid_at: 'yesterday' } })],
])('a well-signed body that is not an event (%s): 400, and nothing is stored', async (_, write) => {
  const order = await pendingOrder();
  const before = await storedEvents();
  const { status } = await app.sandbox.mekariPay.sendRaw({ body: write(invoiceEvent(app, order)) as object });
  expect(status).toBe(400);
  expect(await storedEvents()).toBe(before);
});

test('an event that is not stored is not acknowledged: 5xx, and the repeat is accepted', async () => {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await app.db.query(`alter table payment_events rename to payment_events_away`);
  try {
    expect((await app.sandbox.mekariPay.pay(order.number)).status).toBe(500);
    expect(await balances(app, id)).toEqual({});
  } finally {
    await app.db.query(`alter table payment_events_away rename to payment_events`);
  }
  await app.sandbox.mekariPay.waitForDelivery(
    ({ externalId, state }) => externalId === order.number && state === 'delivered',
  );
  await untilStatus(client, order.id, 'COMPLETED');
  expect(await balances(app, id)).toEqual({ wa_balance: '1000000' });
});
