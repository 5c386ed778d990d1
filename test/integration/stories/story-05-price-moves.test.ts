import { afterAll, beforeAll, expect, test } from 'vitest';
import { ExcessUsagesDocument, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { confirmOrder, createOrder, untilStatus } from '../../support/app/purchase.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const HOUR_SECONDS = 3600;
const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, sandbox: { clock: time.now } });
  // The page would show this if it ever used the row's own price instead of the current one.
  await app.db.query(`update topup_configurations set base_price = 1 where code = 'muv'`);
});

afterAll(() => app.close());

async function shown() {
  const admin = await app.client({ organization_id: '1004', expires_in: 1_000_000 });
  const { topupOptions } = await admin.query(TopupOptionsDocument, {});
  const { excessUsages } = await admin.query(ExcessUsagesDocument, {});
  const muv = topupOptions?.find(({ code }) => code === 'muv');
  return {
    price: muv?.unitPrice.amount,
    text: muv?.description,
    for500: muv?.choices[0]?.price.amount,
    owed: excessUsages?.find(({ code }) => code === 'muv')?.amount.amount,
    rows: topupOptions?.map(({ code }) => code),
  };
}

const EVERY_ROW = ['wa_balance', 'muv', 'agent_extra', 'chatbot_ai_extra'];

test('Mekari Billing moves a price, fails and comes back; the page follows within the hour', async () => {
  const before = { price: '600', text: 'Rp600 per visitor.', for500: '300000', owed: '90000', rows: EVERY_ROW };
  expect(await shown()).toEqual(before);

  app.sandbox.mekariBilling.setPrice('pkg-muv', '650');
  app.sandbox.mekariBilling.setPrice('pkg-muv-excess', '800');
  time.advance(HOUR_SECONDS / 2);
  expect(await shown()).toEqual(before);

  time.advance(HOUR_SECONDS / 2 + 1);
  const after = { price: '650', text: 'Rp650 per visitor.', for500: '325000', owed: '96000', rows: EVERY_ROW };
  expect(await shown()).toEqual(after);

  app.sandbox.mekariBilling.faults.set([{ kind: 'status', status: 503, match: { path: '/packages/pkg-muv' } }]);
  time.advance(HOUR_SECONDS + 1);
  const others = EVERY_ROW.filter((code) => code !== 'muv');
  expect(await shown()).toEqual({
    price: undefined,
    text: undefined,
    for500: undefined,
    owed: undefined,
    rows: others,
  });

  app.sandbox.mekariBilling.faults.clear();
  time.advance(6);
  expect(await shown()).toEqual(after);

  // A purchase uses the price that the page shows now.
  const admin = await app.client({ organization_id: '1001', expires_in: 1_000_000 });
  const order = await confirmOrder(admin, await createOrder(admin, '1001', { muv: '500' }));
  await app.sandbox.mekariPay.pay(order.number, { webhook: false });
  await app.reconcile();
  await untilStatus(admin, order.id, 'COMPLETED');
  expect(await ledgerTable(app.db)).toBe(
    [
      'organization | quota | kind  | quantity | period | unit_price | amount',
      '1001         | muv   | TOPUP | 500      |        | 650        | 325000',
    ].join('\n'),
  );
});
