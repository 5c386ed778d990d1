import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { refusals, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { confirmOrder, createOrder, purchase, readOrder, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp();
  admin = await app.client({ organization_id: '1001', sub: 'finance-admin' });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const draftOrder = () => createOrder(admin, '1001', { wa_balance: '1000000' });
const pendingOrder = async () => confirmOrder(admin, await draftOrder());
const voids = () => app.sandbox.mekariPay.requestCount({ path: '/void' });

const REFUSED = { code: 'INVALID_TRANSITION', field: ['input', 'orderId'], suggestedQuantity: null, retryable: false };
const UNAVAILABLE = { code: 'PAYMENT_PROVIDER_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: true };

test('a draft is cancelled without a call to Mekari Pay', async () => {
  const draft = await draftOrder();
  app.sandbox.mekariPay.clearRequests();
  expect(await tryCancel(admin, draft.id)).toMatchObject({ order: { status: 'CANCELLED' }, userErrors: [] });
  expect(app.sandbox.mekariPay.requestCount()).toBe(0);
});

test("a pending order's invoice is void before the order is cancelled, and its link disappears", async () => {
  const order = await pendingOrder();
  const { order: cancelled } = await tryCancel(admin, order.id);
  expect(cancelled).toMatchObject({ status: 'CANCELLED', paymentUrl: null });
  expect(app.sandbox.mekariPay.invoice(order.number)?.status).toBe('void');
  expect(cancelled?.timeline.at(-1)).toMatchObject({
    from: 'PENDING_PAYMENT',
    to: 'CANCELLED',
    cause: 'cancelTopupOrder',
  });
});

test('the timeline records the canceller', async () => {
  const order = await draftOrder();
  await tryCancel(admin, order.id);
  const events = await app.db.query(
    `select actor from topup_order_events where order_id = $1 and to_status = 'CANCELLED'`,
    [order.id],
  );
  expect(events).toEqual([{ actor: 'finance-admin' }]);
});

test('an order whose invoice cannot be voided stays as it is, and can be paid', async () => {
  const order = await pendingOrder();
  await app.sandbox.mekariPay.refuse();
  const refused = await tryCancel(admin, order.id);
  expect(refusals(refused)).toEqual([UNAVAILABLE]);
  expect(refused.order).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: order.paymentUrl });
  await app.sandbox.mekariPay.accept();
  expect((await tryCancel(admin, order.id)).order?.status).toBe('CANCELLED');
});

test('a second cancel succeeds when only the answer to the void was lost', async () => {
  const order = await pendingOrder();
  app.sandbox.mekariPay.faults.set([{ kind: 'drop-answer', match: { path: '/void' }, times: 1 }]);
  expect(refusals(await tryCancel(admin, order.id))).toEqual([UNAVAILABLE]);
  expect((await tryCancel(admin, order.id)).order?.status).toBe('CANCELLED');
});

test('an invoice whose creation got no answer is voided too', async () => {
  const draft = await draftOrder();
  app.sandbox.mekariPay.faults.set([{ kind: 'drop-answer', match: { method: 'POST' }, times: 1 }]);
  await tryConfirm(admin, draft);
  expect((await tryCancel(admin, draft.id)).order?.status).toBe('CANCELLED');
  expect(app.sandbox.mekariPay.invoices(draft.number)).toMatchObject([{ status: 'void' }]);
});

test('an order whose payment has not reached us yet is not cancelled', async () => {
  const order = await pendingOrder();
  await app.sandbox.mekariPay.pay(order.number, { webhook: false });
  const refused = await tryCancel(admin, order.id);
  expect(refusals(refused)).toEqual([{ ...REFUSED, code: 'PAYMENT_RECEIVED' }]);
  expect(refused.order?.status).toBe('PENDING_PAYMENT');
  expect(app.sandbox.mekariPay.invoice(order.number)?.status).toBe('paid');
  // The refusal settles what it saw.
  await untilStatus(admin, order.id, 'COMPLETED');
});

test('a paid order is not cancelled, nor is its invoice touched', async () => {
  const order = await purchase(app, admin, '1001', { wa_balance: '1000000' });
  expect(refusals(await tryCancel(admin, order.id))).toEqual([REFUSED]);
  expect(voids()).toBe(0);
});

test('an order for which a part was received is not cancelled, before and after we know of the part', async () => {
  const order = await pendingOrder();
  await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000, webhook: false });
  expect(refusals(await tryCancel(admin, order.id))).toEqual([{ ...REFUSED, code: 'PAYMENT_RECEIVED' }]);
  await untilStatus(admin, order.id, 'PAYMENT_REVIEW');
  expect(refusals(await tryCancel(admin, order.id))).toEqual([{ ...REFUSED, code: 'PAYMENT_RECEIVED' }]);
  expect(voids()).toBe(0);
});

test('a part that is paid after the cancel is seen', async () => {
  const order = await pendingOrder();
  await tryCancel(admin, order.id);
  await app.sandbox.mekariPay.payPart(order.number, { amount: 400_000 });
  await untilStatus(admin, order.id, 'PAYMENT_REVIEW');
});

test('a second cancel is refused and changes nothing', async () => {
  const order = await draftOrder();
  const { order: cancelled } = await tryCancel(admin, order.id);
  const again = await tryCancel(admin, order.id);
  expect(refusals(again)).toEqual([REFUSED]);
  expect(again.order).toEqual(cancelled);
});

test('an order that the poll ended by its void invoice answers a cancel without an error, and does not move again', async () => {
  const order = await pendingOrder();
  // A cancel that died between the void and its commit leaves the same.
  await app.sandbox.mekariPay.void(order.number);
  await app.reconcile();
  const ended = await readOrder(admin, order.id);
  expect(ended.timeline.at(-1)).toMatchObject({ to: 'CANCELLED', cause: 'payment provider: the invoice is void' });
  for (const _ of ['first', 'repeat'])
    expect(await tryCancel(admin, order.id)).toEqual({ order: ended, userErrors: [] });
});

test('one of ten concurrent cancels succeeds', async () => {
  const order = await pendingOrder();
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => tryCancel(admin, order.id)));
  expect(outcomes.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect((await readOrder(admin, order.id)).timeline).toHaveLength(3);
});

test('a confirm and a cancel at the same moment never leave a cancelled order that can be paid', async () => {
  const drafts = await Promise.all(Array.from({ length: 8 }, draftOrder));
  await Promise.all(drafts.flatMap((draft) => [tryConfirm(admin, draft), tryCancel(admin, draft.id)]));
  for (const { id, number } of drafts) {
    const { status } = await readOrder(admin, id);
    const payable = app.sandbox.mekariPay.invoices(number).filter((invoice) => invoice.status === 'pending');
    expect({ status, payable: payable.length }).toEqual(
      status === 'CANCELLED' ? { status: 'CANCELLED', payable: 0 } : { status: 'PENDING_PAYMENT', payable: 1 },
    );
  }
});

test("another organization's order and a missing one get the same answer", async () => {
  const order = await pendingOrder();
  const stranger = await app.client({ organization_id: '1002' });
  const foreign = await tryCancel(stranger, order.id);
  expect(foreign).toEqual(await tryCancel(stranger, randomUUID()));
  expect(foreign).toMatchObject({
    order: null,
    userErrors: [{ code: 'ORDER_NOT_FOUND', field: ['input', 'orderId'] }],
  });
  expect((await readOrder(admin, order.id)).status).toBe('PENDING_PAYMENT');
  expect(voids()).toBe(0);
});
