import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryConfirm } from '../../support/app/mutations.ts';
import { createOrder, untilStatus } from '../../support/app/purchase.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

test('a price that moves between review and confirm stops the confirm and shows both totals', async () => {
  const admin = await app.client({ organization_id: '1001' });
  const reviewed = await createOrder(admin, '1001', { muv: '1000' });
  expect(reviewed.total.amount).toBe('600000');

  app.sandbox.mekariBilling.setPrice('pkg-muv', '650');
  const key = randomUUID();
  const stopped = await tryConfirm(admin, reviewed, key);
  expect(stopped).toMatchObject({
    order: { id: reviewed.id, status: 'DRAFT', total: { amount: '650000' } },
    priceChange: { oldTotal: { amount: '600000' }, newTotal: { amount: '650000' } },
    userErrors: [{ code: 'PRICE_CHANGED', retryable: true }],
  });
  expect(app.sandbox.mekariPay.invoices()).toEqual([]);

  const { order: confirmed } = await tryConfirm(admin, stopped.order ?? reviewed, key);
  expect(confirmed?.status).toBe('PENDING_PAYMENT');
  await app.sandbox.mekariPay.pay(reviewed.number);
  await untilStatus(admin, reviewed.id, 'COMPLETED');
  expect(app.sandbox.moderator.booking(reviewed.number)?.request.amount).toBe(650_000);
  expect(await ledgerTable(app.db)).toMatchInlineSnapshot(`
    "organization | quota | kind  | quantity | period | unit_price | amount
    1001         | muv   | TOPUP | 1000     |        | 650        | 650000"
  `);
});
