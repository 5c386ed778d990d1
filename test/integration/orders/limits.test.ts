import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, refusals, tryCancel, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({
    clock: time.clock,
    sandbox: { clock: time.now },
    env: { MAX_ORDERS_AWAITING_PAYMENT: '2', MAX_LIVE_DRAFTS: '3' },
  });
});

afterEach(() => time.toPresent());
afterAll(() => app.close());

const SEAT = { agent_extra: '1' };

async function buyer() {
  const id = addOrganization(app.sandbox, '1001');
  return { id, client: await app.client({ organization_id: id }) };
}

type Buyer = Awaited<ReturnType<typeof buyer>>;
const draftOf = ({ id, client }: Buyer) => createOrder(client, id, SEAT);
const pendingOf = async (of: Buyer) => confirmOrder(of.client, await draftOf(of));

test('one more draft is refused with the limit, and its key stays free; a cancelled draft makes room', async () => {
  const full = await buyer();
  const [first] = [await draftOf(full), await draftOf(full), await draftOf(full)];
  const key = randomUUID();
  const refused = await tryCreate(full.client, full.id, SEAT, key);
  expect(refused.order).toBeNull();
  expect(refusals(refused)).toEqual([
    { code: 'TOO_MANY_OPEN_ORDERS', field: null, suggestedQuantity: null, retryable: true },
  ]);
  expect(refused.userErrors[0]?.message).toBe(
    'Your organization has 3 drafts whose quote is alive, and more are not allowed: confirm or cancel one of them, or wait until one expires.',
  );
  expect((await draftOf(await buyer())).status).toBe('DRAFT');

  await tryCancel(full.client, first.id);
  expect(codes(await tryCreate(full.client, full.id, SEAT, key))).toEqual([]);
});

test('a draft makes room when its quote runs out, before the job has expired it; so does a confirmed one', async () => {
  const full = await buyer();
  await draftOf(full);
  time.advance(1000);
  const draft = await draftOf(full);
  await draftOf(full);
  time.advance(801);
  await draftOf(full);
  expect(codes(await tryCreate(full.client, full.id, SEAT))).toEqual(['TOO_MANY_OPEN_ORDERS']);
  await confirmOrder(full.client, draft);
  await draftOf(full);
});

test('of eight creates at the same moment, as many succeed as there is room for', async () => {
  const { id, client } = await buyer();
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => tryCreate(client, id, SEAT)));
  expect(outcomes.flatMap(codes)).toEqual(Array(5).fill('TOO_MANY_OPEN_ORDERS'));
  const [row] = await app.db.query<{ orders: number; steps: number; keys: number }>(
    `select count(*)::int as orders,
            (select count(*)::int from topup_order_events where order_id = any(array_agg(o.id))) as steps,
            (select count(*)::int from idempotency_keys where organization_id = $1) as keys
     from topup_orders o where organization_id = $1`,
    [id],
  );
  expect(row).toEqual({ orders: 3, steps: 3, keys: 3 });
});

test('one more order to pay is refused with the limit; the draft can be confirmed once one is paid', async () => {
  const full = await buyer();
  const first = await pendingOf(full);
  await pendingOf(full);
  const draft = await draftOf(full);
  const refused = await tryConfirm(full.client, draft);
  expect(refusals(refused)).toEqual([
    { code: 'TOO_MANY_OPEN_ORDERS', field: null, suggestedQuantity: null, retryable: true },
  ]);
  expect(refused.userErrors[0]?.message).toBe(
    'Your organization has 2 orders that await their payment, and more are not allowed: pay or cancel one of them first.',
  );
  expect(refused.order).toEqual(draft);

  await app.sandbox.mekariPay.pay(first.number);
  await untilStatus(full.client, first.id, 'COMPLETED');
  expect((await confirmOrder(full.client, draft)).status).toBe('PENDING_PAYMENT');
});

test('a repeated confirm is answered though the organization is full', async () => {
  const full = await buyer();
  await pendingOf(full);
  const draft = await draftOf(full);
  const key = randomUUID();
  const first = await tryConfirm(full.client, draft, key);
  expect(await tryConfirm(full.client, draft, key)).toEqual(first);
});

test('an order under review has its place until its deadline', async () => {
  const full = await buyer();
  const reviewed = await pendingOf(full);
  await pendingOf(full);
  await app.sandbox.mekariPay.payWrong(reviewed.number);
  await untilStatus(full.client, reviewed.id, 'PAYMENT_REVIEW');
  const draft = await draftOf(full);
  expect(codes(await tryConfirm(full.client, draft))).toEqual(['TOO_MANY_OPEN_ORDERS']);
  await app.db.query(`update topup_orders set payment_expires_at = now() where id = $1`, [reviewed.id]);
  await confirmOrder(full.client, draft);
});

test('of three confirms at the same moment, as many succeed as there is room for', async () => {
  const full = await buyer();
  const drafts = [await draftOf(full), await draftOf(full), await draftOf(full)];
  const outcomes = await Promise.all(drafts.map((draft) => tryConfirm(full.client, draft)));
  expect(outcomes.flatMap(codes)).toEqual(['TOO_MANY_OPEN_ORDERS']);
  expect(outcomes.filter(({ order }) => order?.status === 'PENDING_PAYMENT')).toHaveLength(2);
});
