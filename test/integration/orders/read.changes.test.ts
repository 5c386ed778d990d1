import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

async function buyer(claims: Record<string, unknown> = {}) {
  const id = addOrganization(app.sandbox, '1001');
  return { id, client: await app.client({ organization_id: id, sub: 'siti', claims }) };
}

const ORDER = `query ($id: ID!) { topupOrder(id: $id) {
  changedAt createdBy { subject name } confirmedBy { subject name } timeline { kind actor { subject name } }
} }`;
const read = async (client: TestClient, id: string) => (await client.query(ORDER, { id })).topupOrder;

test('changedAt rises with each move and each payment, and not with a poll that finds nothing', async () => {
  const { id, client } = await buyer();
  const order = await createOrder(client, id, { wa_balance: '1000000' });
  const times = [(await read(client, order.id)).changedAt];
  const see = async () => times.push((await read(client, order.id)).changedAt);
  await confirmOrder(client, order);
  await see();
  await app.reconcile();
  const { changedAt } = await read(client, order.id);
  expect(changedAt).toBe(times.at(-1));
  await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
  await untilStatus(client, order.id, 'PAYMENT_REVIEW');
  await see();
  await app.sandbox.mekariPay.payPart(order.number, { amount: 600_000 });
  await untilStatus(client, order.id, 'COMPLETED');
  await see();
  expect(times).toEqual([...new Set(times)].toSorted());
  expect(times).toHaveLength(4);
});

test('a payment that moves no status changes the order too', async () => {
  const { id, client } = await buyer();
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await payUntilReview(app, client, order, { amount: 100_000 });
  const before = (await read(client, order.id)).changedAt;
  await app.sandbox.mekariPay.payPart(order.number, { amount: 50_000 });
  await expect.poll(async () => (await read(client, order.id)).timeline.at(-1).kind).toBe('PAYMENT_RECEIVED');
  expect((await read(client, order.id)).changedAt > before).toBe(true);
});

test('the answer of a mutation has the time of its own change', async () => {
  const { id, client } = await buyer();
  const order = await createOrder(client, id, { wa_balance: '1000000' });
  const before = (await read(client, order.id)).changedAt;
  const CANCEL =
    'mutation ($input: CancelTopupOrderInput!) { cancelTopupOrder(input: $input) { order { changedAt } } }';
  const { cancelTopupOrder } = await client.query(CANCEL, { input: { orderId: order.id } });
  expect(cancelTopupOrder.order.changedAt > before).toBe(true);
  expect((await read(client, order.id)).changedAt).toBe(cancelTopupOrder.order.changedAt);
});

test('the timeline names its kinds, and the caller with the name in the token', async () => {
  const { id, client } = await buyer({ name: 'Siti Rahayu' });
  const siti = { subject: 'siti', name: 'Siti Rahayu' };
  const order = await confirmOrder(client, await createOrder(client, id, { wa_balance: '1000000' }));
  await app.sandbox.mekariPay.pay(order.number);
  await untilStatus(client, order.id, 'COMPLETED');
  expect(await read(client, order.id)).toMatchObject({
    createdBy: siti,
    confirmedBy: siti,
    timeline: [
      { kind: 'CREATED', actor: siti },
      { kind: 'CONFIRMED', actor: siti },
      { kind: 'PAID', actor: null },
      { kind: 'BOOKED', actor: null },
    ],
  });
});

test('a draft is confirmed by nobody, and a token without a name leaves a subject', async () => {
  const { id, client } = await buyer();
  const CREATE =
    'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { createdBy { subject name } confirmedBy { subject } } } }';
  const input = { items: [{ optionId: `${id}:agent_extra`, quantity: '1' }], idempotencyKey: randomUUID() };
  const { createTopupOrder } = await client.query(CREATE, { input });
  expect(createTopupOrder.order).toEqual({ createdBy: { subject: 'siti', name: null }, confirmedBy: null });
});
