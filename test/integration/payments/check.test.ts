import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { refusals, tryCancel, tryCheck, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function pending() {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  return { id, client, order: await confirmOrder(client, await createOrder(client, id, { agent_extra: '3' })) };
}

const balanceOf = async (organizationId: string) =>
  (await app.db.query(`select balance from organization_packages where organization_id = $1`, [organizationId]))[0];

test('an unpaid order is answered as it is', async () => {
  const { client, order } = await pending();
  expect(await tryCheck(client, order.id)).toEqual({ order, userErrors: [] });
});

test('a check credits a payment whose webhook never came, and records its source', async () => {
  const { id, client, order } = await pending();
  await app.sandbox.mekariPay.pay(order.number, { webhook: false });
  const { order: checked, userErrors } = await tryCheck(client, order.id);
  expect(userErrors).toEqual([]);
  expect(['PAID', 'COMPLETED']).toContain(checked?.status);
  expect(await balanceOf(id)).toEqual({ balance: '3' });
  const { timeline } = await untilStatus(client, order.id, 'COMPLETED');
  expect(timeline.map(({ cause }) => cause)).toContain('payment: check');
});

test('ten checks at once, and the webhook after them, credit once', async () => {
  const { id, client, order } = await pending();
  await app.sandbox.mekariPay.pay(order.number, { webhook: false });
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => tryCheck(client, order.id)));
  expect(outcomes.flatMap(({ userErrors }) => userErrors)).toEqual([]);
  expect((await app.sandbox.mekariPay.resend(order.number)).statuses).toEqual([200]);
  expect(await balanceOf(id)).toEqual({ balance: '3' });
  await untilStatus(client, order.id, 'COMPLETED');
  expect(app.sandbox.moderator.booking(order.number)?.attempts).toBe(1);
});

test('a check of a completed order changes nothing', async () => {
  const { client, order } = await pending();
  await app.sandbox.mekariPay.pay(order.number);
  const completed = await untilStatus(client, order.id, 'COMPLETED');
  expect(await tryCheck(client, order.id)).toEqual({ order: completed, userErrors: [] });
});

test('a check of a cancelled order credits its payment all the same', async () => {
  const { id, client, order } = await pending();
  await tryCancel(client, order.id);
  await app.sandbox.mekariPay.payLate(order.number, { webhook: false });
  await tryCheck(client, order.id);
  expect(await balanceOf(id)).toEqual({ balance: '3' });
  await untilStatus(client, order.id, 'COMPLETED');
});

test('a wrong amount found by the check goes to review', async () => {
  const { id, client, order } = await pending();
  await app.sandbox.mekariPay.payWrong(order.number, { webhook: false });
  expect((await tryCheck(client, order.id)).order?.status).toBe('PAYMENT_REVIEW');
  expect(await balanceOf(id)).toBeUndefined();
});

test('the order is answered as it is without Mekari Pay, with retryable set', async () => {
  const { client, order } = await pending();
  await app.sandbox.mekariPay.refuse();
  const checked = await tryCheck(client, order.id);
  expect(refusals(checked)).toEqual([
    { code: 'PAYMENT_PROVIDER_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: true },
  ]);
  expect(checked.order).toEqual(order);
});

test('a check adds the link that the confirm could not get', async () => {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const draft = await createOrder(client, id, { agent_extra: '3' });
  app.sandbox.mekariPay.faults.set([{ kind: 'status', status: 503 }]);
  expect((await tryConfirm(client, draft)).order?.paymentUrl).toBeNull();
  app.sandbox.mekariPay.faults.clear();
  const { order } = await tryCheck(client, draft.id);
  expect(order?.paymentUrl).toBe(app.sandbox.mekariPay.invoice(draft.number)?.payment_url);
});

test('a draft has no payment to check', async () => {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const draft = await createOrder(client, id, { agent_extra: '3' });
  const refused = await tryCheck(client, draft.id);
  expect(refusals(refused)).toEqual([
    { code: 'INVALID_TRANSITION', field: ['input', 'orderId'], suggestedQuantity: null, retryable: false },
  ]);
  expect(refused.order).toEqual(draft);
});

test("another organization's order is not found, and causes no call", async () => {
  const { order } = await pending();
  const stranger = await app.client({ organization_id: '1002' });
  app.sandbox.mekariPay.clearRequests();
  const foreign = await tryCheck(stranger, order.id);
  expect(foreign).toEqual(await tryCheck(stranger, randomUUID()));
  expect(foreign).toMatchObject({ order: null, userErrors: [{ code: 'ORDER_NOT_FOUND' }] });
  expect(app.sandbox.mekariPay.requestCount()).toBe(0);
});
