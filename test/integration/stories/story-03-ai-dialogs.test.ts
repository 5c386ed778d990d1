import { afterAll, beforeAll, expect, test } from 'vitest';
import { TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { purchase } from '../../support/app/purchase.ts';
import { ledgerTable } from '../../support/database/ledger-table.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

test('five packs of AI dialogs raise the quota by five thousand after the excess is settled', async () => {
  const admin = await app.client({ organization_id: '1004' });
  const period = app.sandbox.hubCore.organizations.get('1004')?.excess?.[0]?.period ?? '?';
  const order = await purchase(app, admin, '1004', { chatbot_ai_extra: '5' });
  expect(order).toMatchObject({
    excessTotal: { amount: '20000' },
    topupTotal: { amount: '2250000' },
    total: { amount: '2270000' },
  });

  const { topupOptions } = await admin.query(TopupOptionsDocument, {});
  const dialogs = topupOptions?.find(({ code }) => code === 'chatbot_ai_extra');
  expect(dialogs).toMatchObject({ multiplier: 1000, balance: { balance: '5000' }, excessUsage: null });

  const second = await purchase(app, admin, '1004', { chatbot_ai_extra: '1' });
  expect(second.total.amount).toBe('450000');
  expect((await ledgerTable(app.db)).replaceAll(period, 'this m.')).toMatchInlineSnapshot(`
    "organization | quota            | kind              | quantity | period  | unit_price | amount
    1004         | chatbot_ai_extra | EXCESS_SETTLEMENT | 40       | this m. | 500        | 20000
    1004         | chatbot_ai_extra | TOPUP             | 5000     |         | 450000     | 2250000
    1004         | chatbot_ai_extra | TOPUP             | 1000     |         | 450000     | 450000"
  `);
});
