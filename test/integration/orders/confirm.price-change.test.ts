import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, refusals, tryConfirm } from '../../support/app/mutations.ts';
import { confirmOrder, createOrder, readOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { together } from '../../support/database/together.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const time = movableClock();
let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now } });
  admin = await app.client({ organization_id: '1001', expires_in: 86_400 });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

test('a changed price stops the confirm: both totals, the same order quoted again, nothing ordered', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '2', wa_balance: '1000000' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
  time.advance(60);
  const refused = await tryConfirm(admin, draft);

  expect(refusals(refused)).toEqual([
    { code: 'PRICE_CHANGED', field: ['input', 'expectedTotal'], suggestedQuantity: null, retryable: true },
  ]);
  expect(refused.userErrors[0]?.message).toContain('the total was Rp1.250.000 and is now Rp1.260.000.');
  expect(refused.priceChange).toEqual({ oldTotal: { amount: '1250000' }, newTotal: { amount: '1260000' } });
  expect(refused.order).toMatchObject({
    id: draft.id,
    number: draft.number,
    status: 'DRAFT',
    total: { amount: '1260000' },
    paymentUrl: null,
  });
  expect(refused.order?.lines.map(({ unitPrice }) => unitPrice.amount)).toEqual(['130000', '1']);
  expect(Date.parse(refused.order?.quoteExpiresAt ?? '')).toBeGreaterThanOrEqual(
    Date.parse(draft.quoteExpiresAt) + 60_000,
  );
  expect(await readOrder(admin, draft.id)).toEqual(refused.order);
  expect(app.sandbox.mekariPay.invoices(draft.number)).toEqual([]);
});

test('the same key confirms the new total, and no longer the old one', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '2' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '100000');
  const key = randomUUID();
  const refused = await tryConfirm(admin, draft, key);
  expect(codes(await tryConfirm(admin, draft, randomUUID()))).toEqual(['TOTAL_MISMATCH']);
  const confirmed = await tryConfirm(admin, refused.order ?? draft, key);
  expect(confirmed).toMatchObject({ order: { status: 'PENDING_PAYMENT' }, userErrors: [], priceChange: null });
  expect(app.sandbox.mekariPay.invoices(draft.number)).toMatchObject([{ amount: 200_000 }]);
  expect(confirmed.order?.timeline.map(({ from, to }) => [from, to])).toEqual([
    [null, 'DRAFT'],
    ['DRAFT', 'DRAFT'],
    ['DRAFT', 'PENDING_PAYMENT'],
  ]);
});

test('two price changes that cancel out in the total are noticed', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '1', chatbot_ai_extra: '1' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '135000');
  app.sandbox.mekariBilling.setPrice('pkg-ai', '440000');
  const refused = await tryConfirm(admin, draft);
  expect(codes(refused)).toEqual(['PRICE_CHANGED']);
  expect(refused.priceChange).toEqual({ oldTotal: { amount: '575000' }, newTotal: { amount: '575000' } });
  expect(refused.order?.lines.map(({ unitPrice }) => unitPrice.amount)).toEqual(['135000', '440000']);
});

test('two confirms at once of prices that cancel out order nothing: both buyers get the new prices', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '1', chatbot_ai_extra: '1' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '135000');
  app.sandbox.mekariBilling.setPrice('pkg-ai', '440000');
  const confirm = () => tryConfirm(admin, draft);
  const outcomes = await together(app.db, draft.id, confirm, confirm);
  expect(outcomes.map(codes)).toEqual([['PRICE_CHANGED'], ['PRICE_CHANGED']]);
  const totals = { oldTotal: { amount: '575000' }, newTotal: { amount: '575000' } };
  expect(outcomes.map(({ priceChange }) => priceChange)).toEqual([totals, totals]);
  const current = await readOrder(admin, draft.id);
  expect(current.timeline.map(({ to }) => to)).toEqual(['DRAFT', 'DRAFT']);
  expect(outcomes.map(({ order }) => order)).toEqual([current, current]);
  expect((await tryConfirm(admin, current)).order?.status).toBe('PENDING_PAYMENT');
});

test('a price that changes and changes back before the confirm makes no difference', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '1' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '1');
  app.sandbox.mekariBilling.setPrice('pkg-agent', '125000');
  expect((await confirmOrder(admin, draft)).total).toEqual(draft.total);
});

test('an expired quote cannot be confirmed, before and after the job expires the order', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '1' });
  time.advance(1799);
  const alive = await createOrder(admin, '1001', { agent_extra: '1' });
  time.advance(2);
  const refused = await tryConfirm(admin, draft);
  expect(refusals(refused)).toEqual([
    { code: 'QUOTE_EXPIRED', field: ['input', 'orderId'], suggestedQuantity: null, retryable: false },
  ]);
  await app.reconcile();
  expect(codes(await tryConfirm(admin, draft))).toEqual(['QUOTE_EXPIRED']);
  expect((await readOrder(admin, draft.id)).status).toBe('EXPIRED');
  expect((await tryConfirm(admin, alive)).order?.status).toBe('PENDING_PAYMENT');
});

test('prices are frozen by the confirm: the invoice and the repeat keep them', async () => {
  const draft = await createOrder(admin, '1001', { agent_extra: '1' });
  const key = randomUUID();
  const first = await tryConfirm(admin, draft, key);
  app.sandbox.mekariBilling.setPrice('pkg-agent', '999999');
  expect(await tryConfirm(admin, draft, key)).toEqual(first);
});
