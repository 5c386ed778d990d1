import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { alerts, balances, inbox, invoiceEvent } from '../../support/app/webhook.ts';
import { deliver, SECRET, signed } from '../../support/http/raw-delivery.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const YEAR = 365 * 86_400;
const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  const clocks = { clock: time.clock, sandbox: { clock: time.now } };
  app = await startApp({ ...clocks, env: { MEKARI_PAY_WEBHOOK_SECRET: SECRET } });
});
afterAll(() => app.close());

async function pending() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, order: await confirmOrder(client, await createOrder(client, id, { agent_extra: '4' })) };
}

const tell = (event: object, id?: string) => {
  const body = JSON.stringify(event);
  return deliver(app.url, body, signed(body, time.now(), { id }));
};

const statusOf = async ({ id }: OrderFragment) =>
  (await app.db.query<{ status: string }>('select status from topup_orders where id = $1', [id]))[0]?.status;

test('a sender cannot tell which orders are ours: every accepted event gets the same answer', async () => {
  const { order } = await pending();
  const unknown = { ...order, number: 'TU-261122-7K3M-9QXE' };
  const answers = [
    await tell(invoiceEvent(app, unknown)),
    await tell(invoiceEvent(app, { ...order, number: 'another environment/4711' })),
    await tell(invoiceEvent(app, order, { invoice_id: 'inv_of_somebody' })),
    await tell(invoiceEvent(app, order, {}, 'invoice.expired')),
    await tell(invoiceEvent(app, (await pending()).order, { amount: 1 })),
    await tell(invoiceEvent(app, (await pending()).order, { currency: 'USD' })),
    await tell(invoiceEvent(app, order), 'msg_alike'),
    await tell(invoiceEvent(app, order), 'msg_alike'),
    await tell(invoiceEvent(app, order)),
  ];
  const replies = answers.map(({ status, body, headers }) => ({
    status,
    body,
    names: Object.keys(headers).toSorted(),
  }));
  expect(replies[0]).toMatchObject({ status: 200, body: '{"status":"ok"}' });
  expect(replies).toEqual(Array(answers.length).fill(replies[0]));
});

describe('the same id with other content', () => {
  test('for the same order: the first one counts', async () => {
    const { id, order } = await pending();
    expect((await tell(invoiceEvent(app, order, {}, 'invoice.failed'), 'msg_first')).status).toBe(200);
    expect((await tell(invoiceEvent(app, order), 'msg_first')).status).toBe(200);
    expect(await inbox(app, order.number)).toEqual(['webhook invoice.failed: hint']);
    expect(await statusOf(order)).toBe('PENDING_PAYMENT');
    expect(await balances(app, id)).toEqual({});
  });

  test('for another order: it credits nothing, and the poll credits the payment', async () => {
    const [one, other] = [await pending(), await pending()];
    await tell(invoiceEvent(app, one.order), 'msg_shared');
    await app.sandbox.mekariPay.pay(other.order.number, { webhook: false });
    expect((await tell(invoiceEvent(app, other.order), 'msg_shared')).status).toBe(200);
    expect(await inbox(app, other.order.number)).toEqual([]);
    expect(await balances(app, other.id)).toEqual({});
    await app.reconcile();
    expect(await inbox(app, other.order.number)).toEqual(['poll invoice.paid: settled']);
    expect(await balances(app, other.id)).toEqual({ agent_extra: '4' });
    expect(await balances(app, one.id)).toEqual({ agent_extra: '4' });
  });
});

test('a repeat a year later is recognized by its id and by the payment', async () => {
  const { id, order } = await pending();
  const event = invoiceEvent(app, order);
  await tell(event, 'msg_of_last_year');
  await app.reconcile();
  time.advance(YEAR);
  try {
    await app.reconcile();
    expect((await tell(event, 'msg_of_last_year')).status).toBe(200);
    expect(await inbox(app, order.number)).toEqual(['webhook invoice.paid: settled']);
    expect((await tell(event, 'msg_of_this_year')).status).toBe(200);
    expect(await inbox(app, order.number)).toEqual(['webhook invoice.paid: settled', 'webhook invoice.paid: hint']);
    expect(await balances(app, id)).toEqual({ agent_extra: '4' });
    expect(alerts(app, order.number)).toEqual([]);
  } finally {
    time.toPresent();
  }
});

test.each([
  ['absent', undefined],
  ['null', null],
  ['a thousand years ahead', '3026-11-23T00:00:00Z'],
  ['the last second of all', '9999-12-31T23:59:59-23:59'],
])('a payment whose time is %s is credited as of now', async (_, paid_at) => {
  const { id, order } = await pending();
  const before = time.now();
  expect((await tell(invoiceEvent(app, order, { paid_at }))).status).toBe(200);
  const [row] = await app.db.query<{ paid_at: Date }>('select paid_at from topup_orders where id = $1', [order.id]);
  expect(row?.paid_at.getTime()).toBeGreaterThanOrEqual(before.getTime());
  expect(row?.paid_at.getTime()).toBeLessThanOrEqual(time.now().getTime());
  expect(await balances(app, id)).toEqual({ agent_extra: '4' });
});
