import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { purchase } from '../../support/app/purchase.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

test('users are booked to the end of the contract', async () => {
  const contract = { start_date: '2026-03-15', end_date: '2028-03-14' };
  const id = addOrganization(app.sandbox, '1001', { contract });
  const admin = await app.client({ organization_id: id });
  const order = await purchase(app, admin, id, { agent_extra: '12' });

  expect(order.lines).toMatchObject([{ code: 'agent_extra', quantity: '12', credits: '12', periodEnd: '2028-03-14' }]);
  const booking = app.sandbox.moderator.booking(order.number);
  expect(booking?.request.lines).toMatchObject([
    { package_code: 'AGENT', quota_type: 'contract', quantity: 12, amount: 1_500_000, period_end: '2028-03-14' },
  ]);
  expect((await ledgerTable(app.db)).replaceAll(id, 'ours')).toMatchInlineSnapshot(`
    "organization | quota       | kind  | quantity | period | unit_price | amount
    ours        | agent_extra | TOPUP | 12       |        | 125000     | 1500000"
  `);
});
