import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyCatalogue, checkCatalogue, showCatalogue } from '../../../src/topup-options/index.ts';
import { CreateTaxedOrderDocument, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { createOrder, toItems } from '../../support/app/purchase.ts';

const AT = new Date('2026-11-22T03:00:00Z');
const SMS = {
  code: 'sms_extra',
  label: 'SMS at {{mekari_billing}}',
  package_id: 'pkg-sms',
  package_code: 'SMS',
  option_value: { input: 'QUANTITY', minimum: 100, step: 100, maximum: 1000 },
  quota_type: 'lifetime',
  billing_version_for_pi: 'v3',
  is_fixed_cost: false,
  position: 8,
};
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  app.sandbox.mekariBilling.packages.set('pkg-sms', { price: '350', currency: 'IDR' });
});
afterAll(() => app.close());

async function apply(file: unknown): Promise<string[]> {
  const { rows, faults } = checkCatalogue(file);
  expect(faults).toEqual([]);
  const untouched = await applyCatalogue(app.database, rows, AT);
  // Pages read it again within a second; this test does not wait for that.
  await app.services.catalogue.rowsNow();
  return untouched;
}

const show = () => showCatalogue(app.database);
const codesOnPage = async () => {
  const { topupOptions } = await (await app.client()).query(TopupOptionsDocument, {});
  return topupOptions?.map(({ code }) => code);
};

test('the output of show can be applied and shown again unchanged', async () => {
  const before = await show();
  expect(before).toHaveLength(7);
  expect(await apply(JSON.parse(JSON.stringify(before)))).toEqual([]);
  expect(await show()).toEqual(before);
});

test('a new kind of quota is shown and can be ordered by data alone', async () => {
  const untouched = await apply([SMS]);
  expect(untouched.toSorted()).toEqual([
    'agent_extra',
    'chatbot_ai_extra',
    'email_extra',
    'muv',
    'recording_extra',
    'voice_call_extra',
    'wa_balance',
  ]);
  const admin = await app.client();
  const { topupOptions } = await admin.query(TopupOptionsDocument, {});
  expect(topupOptions?.find(({ code }) => code === 'sms_extra')).toMatchObject({
    label: 'SMS at Rp350',
    minimum: '100',
    maximum: '1000',
    unitPrice: { amount: '350' },
  });
  const order = await createOrder(admin, '1001', { sms_extra: '200' });
  expect(order.total.amount).toBe('70000');
});

test('a row with VAT and withholding is sold with both, and the output of show keeps them', async () => {
  const taxes = [
    { code: 'PPN', rate: '0.11', kind: 'VAT', included: true },
    { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING' },
  ];
  await apply([{ ...SMS, taxes }]);
  const before = await show();
  await apply(JSON.parse(JSON.stringify(before)));
  expect(await show()).toEqual(before);
  const admin = await app.client();
  const input = {
    items: toItems('1001', { sms_extra: '300' }),
    idempotencyKey: 'taxed',
    withholding: 'PPH_23' as const,
  };
  const { createTopupOrder } = await admin.query(CreateTaxedOrderDocument, { input });
  expect(createTopupOrder).toMatchObject({
    userErrors: [],
    // Rp105.000 hold 11/111 VAT, 10.405,40…; 2 % of the rest is 1.891,89….
    order: { total: { amount: '105000' }, taxTotal: { amount: '10405' }, withheldTotal: { amount: '1892' } },
  });
  await apply([SMS]);
});

test('a row changes in place, keeps its id, and is switched off by data', async () => {
  await apply([SMS]);
  const idOf = async () =>
    (await app.db.query<{ id: string }>(`select id from topup_configurations where code = 'sms_extra'`))[0]?.id;
  const id = await idOf();
  await apply([{ ...SMS, active: false, label: 'SMS' }]);
  expect(await idOf()).toBe(id);
  expect((await show()).find(({ code }) => code === 'sms_extra')).toMatchObject({ label: 'SMS', active: false });
  expect(await codesOnPage()).not.toContain('sms_extra');
});

test('the page follows the positions', async () => {
  await apply([{ ...SMS, position: -1 }]);
  expect((await codesOnPage())?.[0]).toBe('sms_extra');
  await apply([{ ...SMS, position: 8 }]);
  expect((await codesOnPage())?.at(-1)).toBe('sms_extra');
});

test('one refused row rolls back the whole file', async () => {
  const before = await show();
  const { rows } = checkCatalogue([
    { ...SMS, label: 'changed' },
    { ...SMS, code: 'fax_extra' },
  ]);
  const [changed, added] = rows;
  if (changed === undefined || added === undefined) throw new Error('the file was not taken');
  // Bypasses the check, as a bug in it would.
  const refused = { ...added, base_price: -1n };
  await expect(applyCatalogue(app.database, [changed, refused], AT)).rejects.toThrow(/base_price_check/);
  expect(await show()).toEqual(before);
});
