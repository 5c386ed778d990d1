import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCheck } from '../../support/app/mutations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

test('the right number in the wrong currency goes to review, by the poll too', async () => {
  const client = await app.client({ organization_id: '1001' });
  const order = await confirmOrder(client, await createOrder(client, '1001', { wa_balance: '1000000' }));
  await app.sandbox.mekariPay.payWrong(order.number, { currency: 'USD', webhook: false });
  const checked = await tryCheck(client, order.id);
  expect(checked.order?.status).toBe('PAYMENT_REVIEW');
  expect(await app.db.query('select * from quota_ledger_entries')).toEqual([]);

  const again = await tryCheck(client, order.id);
  expect(again.order?.status).toBe('PAYMENT_REVIEW');
  expect(app.logs.filter(({ event }) => event === 'payment_exception')).toEqual([]);
});
