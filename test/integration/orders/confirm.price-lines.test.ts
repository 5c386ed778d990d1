import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

/** A price change names the lines that changed, as they were and as they are. */

let app: TestApp;
let organization: string;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  organization = addOrganization(app.sandbox, '1001');
  admin = await app.client({ organization_id: organization });
});
afterEach(async () => {
  await change('voice_call_extra', 'base_price', '1');
  await change('agent_extra', 'taxes', '[]');
  app.sandbox.reset();
});
afterAll(() => app.close());

const change = (code: string, column: string, value: string) =>
  app.changeCatalogue(`update topup_configurations set ${column} = $2 where code = $1`, [code, value]);

const CONFIRM = /* GraphQL */ `
  mutation ($input: ConfirmOrderInput!) {
    confirmOrder(input: $input) {
      userErrors { code }
      priceChange {
        oldTotal { amount } newTotal { amount }
        lines {
          code kind period id: label(language: ID) en: label(language: EN)
          oldQuantity newQuantity oldCredits newCredits
          oldUnitPrice { amount } newUnitPrice { amount } oldAmount { amount } newAmount { amount }
          oldTax { amount } newTax { amount } oldTaxes { code rate kind included } newTaxes { code rate kind included }
        }
      }
    }
  }
`;

async function refused(client: TestClient, { id: orderId, total }: { id: string; total: { amount: string } }) {
  const input = { orderId, expectedTotal: total.amount, idempotencyKey: randomUUID() };
  const { userErrors, priceChange } = (await client.query(CONFIRM, { input })).confirmOrder;
  expect(userErrors).toEqual([{ code: 'PRICE_CHANGED' }]);
  return priceChange;
}

/** "old → new" of each pair that differs; null where a side is missing. */
const told = (priceChange: { lines: Record<string, unknown>[] }) =>
  priceChange.lines.map(({ code, kind, period, ...line }) => {
    const of = (side: 'old' | 'new', field: string) => {
      const value = line[side + field] as { amount: string } | string | null;
      return typeof value === 'object' ? (value?.amount ?? null) : value;
    };
    const pairs = ['Quantity', 'Credits', 'UnitPrice', 'Amount', 'Tax'].map((field) => [
      of('old', field),
      of('new', field),
    ]);
    return [kind, code, period, ...pairs.map(([old, now]) => (old === now ? old : `${old} → ${now}`))].join(' ');
  });

test('a price of Mekari Billing: the line with both prices, in both languages, and no line that stayed', async () => {
  const draft = await createOrder(admin, organization, { agent_extra: '2', wa_balance: '1000000' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
  const change = await refused(admin, draft);
  expect(change).toMatchObject({ oldTotal: { amount: '1250000' }, newTotal: { amount: '1260000' } });
  expect(told(change)).toEqual(['TOPUP agent_extra  2 2 125000 → 130000 250000 → 260000 0']);
  expect(change.lines[0]).toMatchObject({ id: 'Pengguna', en: 'Users', oldTaxes: null, newTaxes: null });
});

test('prices that cancel out in the total: both lines', async () => {
  const draft = await createOrder(admin, organization, { agent_extra: '1', chatbot_ai_extra: '1' });
  app.sandbox.mekariBilling.setPrice('pkg-agent', '135000');
  app.sandbox.mekariBilling.setPrice('pkg-ai', '440000');
  const change = await refused(admin, draft);
  expect(change).toMatchObject({ oldTotal: { amount: '575000' }, newTotal: { amount: '575000' } });
  expect(told(change)).toEqual([
    'TOPUP agent_extra  1 1 125000 → 135000 125000 → 135000 0',
    'TOPUP chatbot_ai_extra  1 1000 450000 → 440000 450000 → 440000 0',
  ]);
});

test('a price of the catalogue: its line alone', async () => {
  const draft = await createOrder(admin, organization, { voice_call_extra: '1000000', chatbot_ai_extra: '1' });
  await change('voice_call_extra', 'base_price', '2');
  expect(told(await refused(admin, draft))).toEqual([
    'TOPUP voice_call_extra  1000000 1000000 1 → 2 1000000 → 2000000 0',
  ]);
});

test('a tax that changes within the same total: the taxes, as they were and as they are', async () => {
  const PPN = { code: 'PPN', kind: 'VAT', included: true };
  await change('agent_extra', 'taxes', JSON.stringify([{ ...PPN, rate: '0.11' }]));
  const draft = await createOrder(admin, organization, { agent_extra: '8', wa_balance: '1000000' });
  await change('agent_extra', 'taxes', JSON.stringify([{ ...PPN, rate: '0.12' }]));
  const changed = await refused(admin, draft);
  expect(changed).toMatchObject({ oldTotal: { amount: '2000000' }, newTotal: { amount: '2000000' } });
  // 11/111 and 12/112 of 1.000.000.
  expect(told(changed)).toEqual(['TOPUP agent_extra  8 8 125000 1000000 99099 → 107143']);
  expect(changed.lines[0]).toMatchObject({
    oldTaxes: [{ ...PPN, rate: '0.11' }],
    newTaxes: [{ ...PPN, rate: '0.12' }],
  });
});

test('excess that fell, excess that fell away, and excess of a new period', async () => {
  const rows = (...quantities: number[]) =>
    quantities.map((quantity, index) => ({
      key: 'muv_excess',
      period: `2026-${String(index + 8).padStart(2, '0')}`,
      quantity,
    }));
  const id = addOrganization(app.sandbox, '1001', { excess: rows(120, 40) });
  const client = await app.client({ organization_id: id });
  const draft = await createOrder(client, id, { muv: '500' });
  app.sandbox.hubCore.organizations.patch(id, { excess: rows(100, 0) });
  const change = await refused(client, draft);
  expect(told(change)).toEqual([
    'EXCESS muv 2026-08 120 → 100 0 750 90000 → 75000 0',
    'EXCESS muv 2026-09 40 → null 0 → null 750 → null 30000 → null 0 → null',
  ]);
  const again = await createOrder(client, id, { muv: '500' });
  app.sandbox.hubCore.organizations.patch(id, { excess: rows(90, 0, 7) });
  expect(told(await refused(client, again))).toEqual([
    'EXCESS muv 2026-08 100 → 90 0 750 75000 → 67500 0',
    'EXCESS muv 2026-10 null → 7 null → 0 null → 750 null → 5250 null → 0',
  ]);
});
