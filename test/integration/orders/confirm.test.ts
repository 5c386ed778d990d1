import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, refusals, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, readOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp();
  admin = await app.client({ organization_id: '1001' });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const draftOf = (items: Record<string, string>) => createOrder(admin, '1001', items);

test('a confirmed order has its pay link and a day for the payment; Mekari Pay has its lines', async () => {
  const confirmed = await confirmOrder(admin, await draftOf({ agent_extra: '2', wa_balance: '1000000' }));
  const [invoice] = app.sandbox.mekariPay.invoices(confirmed.number);
  expect(invoice).toMatchObject({ amount: 1_250_000, status: 'pending', payment_url: confirmed.paymentUrl });
  expect(invoice?.items.map(({ name, amount }) => [name, amount])).toEqual([
    ['Users', 250_000],
    ['WhatsApp balance', 1_000_000],
  ]);
  expect(invoice?.expires_at).toBe(confirmed.paymentExpiresAt);
  const day = Date.parse(confirmed.paymentExpiresAt ?? '') - Date.parse(confirmed.confirmedAt ?? '');
  expect(day).toBe(86_400_000);
});

describe('refusals', () => {
  test.each([randomUUID(), 'x', ''])('an unknown order is not found: %o', async (id) => {
    const refused = await tryConfirm(admin, { id, total: { amount: '1', currencyCode: 'IDR' } });
    expect(refused.order).toBeNull();
    expect(refusals(refused)).toEqual([
      { code: 'ORDER_NOT_FOUND', field: ['input', 'orderId'], suggestedQuantity: null, retryable: false },
    ]);
  });

  test("another organization's order is not found, and stays as it is", async () => {
    const draft = await draftOf({ agent_extra: '1' });
    const stranger = await app.client({ organization_id: '1002' });
    expect(await tryConfirm(stranger, draft)).toMatchObject({ order: null, userErrors: [{ code: 'ORDER_NOT_FOUND' }] });
    expect((await readOrder(admin, draft.id)).status).toBe('DRAFT');
  });

  test('the expected total must be the total of the order', async () => {
    const draft = await draftOf({ agent_extra: '1' });
    const key = randomUUID();
    const refused = await tryConfirm(admin, { id: draft.id, total: { amount: '124999', currencyCode: 'IDR' } }, key);
    expect(refusals(refused)).toEqual([
      { code: 'TOTAL_MISMATCH', field: ['input', 'expectedTotal'], suggestedQuantity: null, retryable: false },
    ]);
    expect(refused.userErrors[0]?.message).toContain("The order's total is Rp125.000, not Rp124.999:");
    expect(refused.order).toEqual(draft);
    expect((await tryConfirm(admin, draft, key)).order?.status).toBe('PENDING_PAYMENT');
  });

  test('an order is confirmed once: another key does not confirm it again', async () => {
    const draft = await draftOf({ agent_extra: '1' });
    await confirmOrder(admin, draft);
    const refused = await tryConfirm(admin, draft);
    expect(refusals(refused)).toEqual([
      { code: 'INVALID_TRANSITION', field: ['input', 'orderId'], suggestedQuantity: null, retryable: false },
    ]);
    expect(refused.order?.status).toBe('PENDING_PAYMENT');
  });

  test('a cancelled order can not be confirmed', async () => {
    const draft = await draftOf({ agent_extra: '1' });
    await tryCancel(admin, draft.id);
    expect(codes(await tryConfirm(admin, draft))).toEqual(['INVALID_TRANSITION']);
    expect(app.sandbox.mekariPay.invoices(draft.number)).toEqual([]);
  });

  test('users need a contract with an end: without one the order can be read, not confirmed', async () => {
    const client = await app.client({ organization_id: '1006' });
    const draft = await createOrder(client, '1006', { agent_extra: '1' });
    expect(refusals(await tryConfirm(client, draft))).toEqual([
      { code: 'CONTRACT_END_MISSING', field: null, suggestedQuantity: null, retryable: false },
    ]);
    const balance = await createOrder(client, '1006', { wa_balance: '1000000' });
    expect((await tryConfirm(client, balance)).order?.status).toBe('PENDING_PAYMENT');
  });

  test('an ended contract counts as none', async () => {
    const contract = { start_date: '2020-01-01', end_date: '2020-12-31' };
    const id = addOrganization(app.sandbox, '1001', { contract });
    const client = await app.client({ organization_id: id });
    const draft = await createOrder(client, id, { agent_extra: '1' });
    expect(codes(await tryConfirm(client, draft))).toEqual(['CONTRACT_END_MISSING']);
  });

  test('what was quoted until the contract ends, and is sold without an end by now, is quoted anew', async () => {
    const client = await app.client({ organization_id: '1006' });
    const draft = await createOrder(client, '1006', { agent_extra: '1' });
    const sell = (quotaType: string) =>
      app.changeCatalogue(`update topup_configurations set quota_type = $1 where code = 'agent_extra'`, [quotaType]);
    await sell('lifetime');
    const refused = await tryConfirm(client, draft);
    const { order } = await tryConfirm(client, refused.order ?? draft);
    await sell('contract');
    expect(codes(refused)).toEqual(['PRICE_CHANGED']);
    expect(order?.status).toBe('PENDING_PAYMENT');
    expect(
      await app.db.query('select quota_type, period_end from topup_order_lines where order_id = $1', [draft.id]),
    ).toEqual([{ quota_type: 'lifetime', period_end: null }]);
  });
});

describe('gates and neighbours are checked again', () => {
  test.each(['billing_new_topup', 'billing_new_topup_page'])('a confirm with %s off is refused', async (flag) => {
    const draft = await draftOf({ wa_balance: '1000000' });
    await app.setFlag(flag, false);
    try {
      expect(codes(await tryConfirm(admin, draft))).toEqual(['FEATURE_DISABLED']);
    } finally {
      await app.setFlag(flag, true);
    }
  });

  test('an organization without the component cannot confirm', async () => {
    const id = addOrganization(app.sandbox, '1001');
    const client = await app.client({ organization_id: id });
    const draft = await createOrder(client, id, { wa_balance: '1000000' });
    app.sandbox.hubCore.organizations.patch(id, { components: [] });
    const refused = await tryConfirm(client, draft);
    expect(refusals(refused)).toEqual([
      { code: 'OPTION_UNAVAILABLE', field: null, suggestedQuantity: null, retryable: false },
    ]);
    expect(refused.order?.status).toBe('DRAFT');
  });

  test('a confirm without hub-core is refused; the same call works once it is back', async () => {
    const draft = await draftOf({ wa_balance: '1000000' });
    const key = randomUUID();
    await app.sandbox.hubCore.refuse();
    expect(refusals(await tryConfirm(admin, draft, key))).toMatchObject([
      { code: 'ORGANIZATION_UNAVAILABLE', retryable: true },
    ]);
    await app.sandbox.hubCore.accept();
    expect((await tryConfirm(admin, draft, key)).order?.status).toBe('PENDING_PAYMENT');
  });

  test('a confirm without a fresh price is refused, although one is in the cache', async () => {
    const draft = await draftOf({ agent_extra: '1' });
    app.sandbox.mekariBilling.faults.set([{ kind: 'status', status: 500 }]);
    expect(refusals(await tryConfirm(admin, draft))).toMatchObject([{ code: 'PRICE_UNAVAILABLE', retryable: true }]);
    expect(app.sandbox.mekariPay.invoices(draft.number)).toEqual([]);
  });
});
