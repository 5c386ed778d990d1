import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';

/** The fields of an order about the money that came in (domain.md 8.1). */

const FIELDS = `payable { amount } receivedTotal { amount } outstanding { amount } reviewReason
  payments { amount { amount } originalAmount originalCurrency method status }`;
const KINDS = 'query ($id: ID!) { topupOrder(id: $id) { timeline { kind from to actor { subject } } } }';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function pending() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  const money = async () => {
    const headers = { authorization: `Bearer ${await app.sandbox.auth.token({ organization_id: id })}` };
    const query = `query ($id: ID!) { topupOrder(id: $id) { ${FIELDS} } }`;
    const body = JSON.stringify({ query, variables: { id: order.id } });
    const answer = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    return ((await answer.json()) as { data: { topupOrder: unknown } }).data.topupOrder;
  };
  return { id, client, order, money };
}
const part = (amount: string, status: string) => ({
  amount: { amount },
  originalAmount: amount,
  originalCurrency: 'IDR',
  method: 'va_bni',
  status,
});

test('a part, then the rest: each is a payment, and the sum settles the order', async () => {
  const { client, order, money } = await pending();
  const nothing = {
    payable: { amount: '1000000' },
    receivedTotal: { amount: '0' },
    outstanding: { amount: '1000000' },
  };
  expect(await money()).toEqual({ ...nothing, reviewReason: null, payments: [] });

  await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
  await untilStatus(client, order.id, 'PAYMENT_REVIEW');
  expect(await money()).toEqual({
    payable: { amount: '1000000' },
    receivedTotal: { amount: '400000' },
    outstanding: { amount: '600000' },
    reviewReason: 'UNDERPAID',
    payments: [part('400000', 'PENDING_SUM')],
  });

  await app.sandbox.mekariPay.payRest(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  expect(await money()).toEqual({
    payable: { amount: '1000000' },
    receivedTotal: { amount: '1000000' },
    outstanding: { amount: '0' },
    reviewReason: null,
    payments: [part('400000', 'ACCEPTED'), part('600000', 'ACCEPTED')],
  });
});

test('a payment that moves nothing is a step of its own, and one that moves the order is told by that', async () => {
  const { client, order, money } = await pending();
  const { mekariPay } = app.sandbox;
  const kinds = async () => {
    const { timeline } = (await client.query(KINDS, { id: order.id })).topupOrder;
    return timeline.slice(2).map(({ kind }: { kind: string }) => kind);
  };
  const untilKinds = (...expected: string[]) => expect.poll(kinds, { timeout: 10_000 }).toEqual(expected);
  await mekariPay.payPart(order.number, { amount: 400_000 });
  await untilKinds('REVIEW');
  await mekariPay.payPart(order.number, { amount: 100_000 });
  await untilKinds('REVIEW', 'PAYMENT_RECEIVED');
  const { timeline } = (await client.query(KINDS, { id: order.id })).topupOrder;
  expect(timeline.at(-1)).toEqual({
    kind: 'PAYMENT_RECEIVED',
    from: 'PAYMENT_REVIEW',
    to: 'PAYMENT_REVIEW',
    actor: null,
  });
  // The poll finds nothing new.
  await app.reconcile();
  await mekariPay.payRest(order.number);
  await untilKinds('REVIEW', 'PAYMENT_RECEIVED', 'PAID', 'BOOKED');
  await mekariPay.payPart(order.number, { amount: 1000 });
  await untilKinds('REVIEW', 'PAYMENT_RECEIVED', 'PAID', 'BOOKED', 'PAYMENT_RECEIVED');
  await mekariPay.refund(order.number, { amount: 1000 });
  await expect.poll(money, { timeout: 10_000 }).toMatchObject({ receivedTotal: { amount: '1000000' } });
  await untilKinds('REVIEW', 'PAYMENT_RECEIVED', 'PAID', 'BOOKED', 'PAYMENT_RECEIVED');
});

test('a part that is given back: the order is refunded, and nothing is received any more', async () => {
  const { client, order, money } = await pending();
  await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
  await untilStatus(client, order.id, 'PAYMENT_REVIEW');
  await app.sandbox.mekariPay.refund(order.number);
  await untilStatus(client, order.id, 'REFUNDED');
  expect(await money()).toMatchObject({
    receivedTotal: { amount: '0' },
    reviewReason: null,
    payments: [part('400000', 'REFUNDED')],
  });
});

test('another currency has its amount as text, and no rupiah', async () => {
  const { client, order, money } = await pending();
  await app.sandbox.mekariPay.payWrong(order.number, { amount: 65.5, currency: 'USD' });
  await untilStatus(client, order.id, 'PAYMENT_REVIEW');
  expect(await money()).toMatchObject({
    receivedTotal: { amount: '0' },
    outstanding: { amount: '1000000' },
    reviewReason: 'WRONG_CURRENCY',
    payments: [{ amount: null, originalAmount: '65.5', originalCurrency: 'USD', status: 'PENDING_SUM' }],
  });
});
