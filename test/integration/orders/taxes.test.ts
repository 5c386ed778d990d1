import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  CreateTaxedOrderDocument,
  OptionTaxesDocument,
  type TaxedFragment,
  TaxedOrderDocument,
} from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { readOrder, toItems, until, untilStatus } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

const PPN_ADDED = { code: 'PPN', rate: '0.11', kind: 'VAT', included: false };
const PPN_INCLUDED = { ...PPN_ADDED, included: true };
const PPH_23 = { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING' };

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp();
  admin = await app.client({ organization_id: '1001' });
});

afterEach(async () => {
  await tax({ agent_extra: [], wa_balance: [], muv: [] });
  app.sandbox.reset();
});
afterAll(() => app.close());

async function tax(rows: Record<string, unknown[]>): Promise<void> {
  for (const [code, taxes] of Object.entries(rows)) {
    await app.changeCatalogue('update topup_configurations set taxes = $2 where code = $1', [
      code,
      JSON.stringify(taxes),
    ]);
  }
}

interface Wanted {
  client?: TestClient;
  organizationId?: string;
  withholding?: 'PPH_23' | null;
  key?: string;
}

async function tryCreate(items: Record<string, string>, wanted: Wanted = {}) {
  const { client = admin, organizationId = '1001', withholding = null, key = randomUUID() } = wanted;
  const input = { items: toItems(organizationId, items), idempotencyKey: key, withholding };
  const { createTopupOrder } = await client.query(CreateTaxedOrderDocument, { input });
  if (createTopupOrder === null) throw new Error('the mutation answered null');
  return createTopupOrder;
}

async function create(items: Record<string, string>, wanted: Wanted = {}): Promise<TaxedFragment> {
  const { order, userErrors } = await tryCreate(items, wanted);
  if (order === null) throw new Error(`refused: ${JSON.stringify(userErrors)}`);
  return order;
}

const amounts = ({ topupTotal, excessTotal, taxTotal, total, withheldTotal, payable }: TaxedFragment) =>
  [topupTotal, excessTotal, taxTotal, total, withheldTotal, payable].map(({ amount }) => amount);
const perLine = ({ lines }: TaxedFragment) =>
  lines.map(({ code, kind, amount, taxBase, tax: vat, withheld }) =>
    [kind, code, amount.amount, taxBase.amount, vat.amount, withheld.amount].join(' '),
  );
const balance = async (organizationId: string, code: string) =>
  (
    await app.db.query<{ balance: string }>(
      'select balance::text from organization_packages where organization_id = $1 and quota_code = $2',
      [organizationId, code],
    )
  )[0]?.balance;

test('without taxes nothing is added or kept back', async () => {
  const order = await create({ agent_extra: '2' });
  expect(amounts(order)).toEqual(['250000', '0', '0', '250000', '0', '250000']);
  expect(perLine(order)).toEqual(['TOPUP agent_extra 250000 250000 0 0']);
  expect(order.withholding).toBeNull();
});

test('options name their taxes', async () => {
  await tax({ agent_extra: [PPN_ADDED, PPH_23] });
  const { topupOptions } = await admin.query(OptionTaxesDocument);
  expect(topupOptions?.find(({ code }) => code === 'agent_extra')?.taxes).toEqual([
    PPN_ADDED,
    { ...PPH_23, included: false },
  ]);
  expect(topupOptions?.find(({ code }) => code === 'wa_balance')?.taxes).toEqual([]);
});

test('a row whose taxes do not parse is not offered', async () => {
  await tax({ agent_extra: [{ ...PPN_ADDED, rate: '11' }] });
  const { topupOptions } = await admin.query(OptionTaxesDocument);
  expect(topupOptions?.map(({ code }) => code)).not.toContain('agent_extra');
  expect((await tryCreate({ agent_extra: '1' })).userErrors).toMatchObject([{ code: 'OPTION_UNAVAILABLE' }]);
});

test('VAT on top is in the total, VAT within the price is not added again; invoice and PI carry both', async () => {
  await tax({ agent_extra: [PPN_ADDED], wa_balance: [PPN_INCLUDED] });
  const draft = await create({ agent_extra: '2', wa_balance: '1000000' });
  // 11 % of 250.000 is 27.500; 11/111 of 1.000.000 is 99.099,1: rounded once together, 126.599.
  expect(amounts(draft)).toEqual(['1250000', '0', '126599', '1277500', '0', '1277500']);
  expect(perLine(draft)).toEqual([
    'TOPUP agent_extra 250000 250000 27500 0',
    'TOPUP wa_balance 1000000 900901 99099 0',
  ]);
  expect(codes(await tryConfirm(admin, draft))).toEqual([]);
  const [invoice] = app.sandbox.mekariPay.invoices(draft.number);
  expect(invoice?.amount).toBe(1_277_500);
  expect(invoice?.items.map(({ name, amount }) => [name, amount])).toEqual([
    ['Users', 250_000],
    ['WhatsApp balance', 1_000_000],
    ['PPN 11%', 27_500],
  ]);
  await app.sandbox.mekariPay.pay(draft.number);
  await untilStatus(admin, draft.id, 'COMPLETED');
  const { amount, lines } = app.sandbox.moderator.booking(draft.number)?.request ?? {};
  expect(amount).toBe(1_277_500);
  expect(lines).toMatchObject([
    { package_code: 'AGENT', amount: 250_000, tax_base: 250_000, tax: 27_500, withheld: 0 },
    { amount: 1_000_000, tax_base: 900_901, tax: 99_099, withheld: 0 },
  ]);
});

test('a buyer who withholds PPh 23 pays the net, is settled in full, and is credited with everything', async () => {
  await tax({ agent_extra: [PPN_ADDED, PPH_23] });
  const id = addOrganization(app.sandbox, '1001', {});
  const client = await app.client({ organization_id: id });
  const draft = await create({ agent_extra: '8' }, { client, organizationId: id, withholding: 'PPH_23' });
  // 2 % of the base of 1.000.000, not of 1.110.000.
  expect(amounts(draft)).toEqual(['1000000', '0', '110000', '1110000', '20000', '1090000']);
  expect(perLine(draft)).toEqual(['TOPUP agent_extra 1000000 1000000 110000 20000']);
  expect(draft.withholding).toBe('PPH_23');
  expect(codes(await tryConfirm(client, draft))).toEqual([]);
  const [invoice] = app.sandbox.mekariPay.invoices(draft.number);
  expect(invoice?.items.map(({ name, amount }) => [name, amount])).toEqual([
    ['Users (8), less PPH_23 2%', 980_000],
    ['PPN 11%', 110_000],
  ]);
  expect(invoice?.amount).toBe(1_090_000);
  await app.sandbox.mekariPay.pay(draft.number);
  await untilStatus(client, draft.id, 'COMPLETED');
  expect(await balance(id, 'agent_extra')).toBe('8');
  expect(app.sandbox.moderator.booking(draft.number)?.request).toMatchObject({
    amount: 1_110_000,
    lines: [{ amount: 1_000_000, tax_base: 1_000_000, tax: 110_000, withheld: 20_000 }],
  });
});

test('a buyer who pays the gross all the same has a surplus', async () => {
  await tax({ agent_extra: [PPH_23] });
  const draft = await create({ agent_extra: '8' }, { withholding: 'PPH_23' });
  await tryConfirm(admin, draft);
  await app.sandbox.mekariPay.payWrong(draft.number, { amount: 1_000_000 });
  await until(
    () => readOrder(admin, draft.id),
    ({ status }) => status === 'COMPLETED',
  );
  const events = await app.db.query<{ amount: string }>(
    `select amount::text from payment_events where order_id = $1 and outcome = 'surplus'`,
    [draft.id],
  );
  expect(events).toEqual([{ amount: '20000' }]);
});

test('the net of a buyer who did not declare it is a part payment', async () => {
  await tax({ agent_extra: [PPH_23] });
  const draft = await create({ agent_extra: '8' });
  expect(amounts(draft)).toEqual(['1000000', '0', '0', '1000000', '0', '1000000']);
  await tryConfirm(admin, draft);
  await app.sandbox.mekariPay.payWrong(draft.number, { amount: 980_000 });
  expect(await untilStatus(admin, draft.id, 'PAYMENT_REVIEW')).toMatchObject({ paidAt: null });
});

test('nothing to withhold on is refused, and does not use the key up', async () => {
  const key = randomUUID();
  const refused = await tryCreate({ agent_extra: '8' }, { withholding: 'PPH_23', key });
  expect(refused.order).toBeNull();
  expect(refused.userErrors).toMatchObject([
    { code: 'WITHHOLDING_NOT_APPLICABLE', field: ['input', 'withholding'], retryable: false },
  ]);
  expect((await tryCreate({ agent_extra: '8' }, { key })).userErrors).toEqual([]);
});

test('a declaration is part of what a key stands for', async () => {
  await tax({ agent_extra: [PPH_23] });
  const key = randomUUID();
  const first = await create({ agent_extra: '8' }, { withholding: 'PPH_23', key });
  expect(await create({ agent_extra: '8' }, { withholding: 'PPH_23', key })).toEqual(first);
  expect((await tryCreate({ agent_extra: '8' }, { key })).userErrors).toMatchObject([{ code: 'IDEMPOTENCY_CONFLICT' }]);
});

test('excess follows the taxes of its row', async () => {
  await tax({ muv: [PPN_ADDED, PPH_23] });
  const id = addOrganization(app.sandbox, '1001', {
    excess: [{ key: 'muv_excess', period: '2026-11', quantity: 120 }],
  });
  const client = await app.client({ organization_id: id });
  const draft = await create({ muv: '500' }, { client, organizationId: id, withholding: 'PPH_23' });
  const [excess] = draft.lines;
  expect(excess).toMatchObject({ kind: 'EXCESS', code: 'muv' });
  const owed = Number(excess?.amount.amount);
  expect(draft.lines.map(({ tax: vat }) => Number(vat.amount))).toEqual([owed * 0.11, 33_000]);
  expect(draft.lines.map(({ withheld }) => Number(withheld.amount))).toEqual([owed * 0.02, 6_000]);
});

test('a tax that changes stops the confirm, also where the total stays', async () => {
  await tax({ agent_extra: [PPN_INCLUDED] });
  const draft = await create({ agent_extra: '8' });
  expect(amounts(draft)).toEqual(['1000000', '0', '99099', '1000000', '0', '1000000']);
  await tax({ agent_extra: [{ ...PPN_INCLUDED, rate: '0.12' }] });
  const refused = await tryConfirm(admin, draft);
  expect(codes(refused)).toEqual(['PRICE_CHANGED']);
  expect(refused.priceChange).toEqual({ oldTotal: { amount: '1000000' }, newTotal: { amount: '1000000' } });
  const quoted = (await admin.query(TaxedOrderDocument, { id: draft.id })).topupOrder as TaxedFragment;
  // 12/112 of 1.000.000.
  expect(amounts(quoted)).toEqual(['1000000', '0', '107143', '1000000', '0', '1000000']);
  expect(codes(await tryConfirm(admin, quoted))).toEqual([]);
});

test('a rate of withholding that changes says what was and is to be paid', async () => {
  await tax({ agent_extra: [PPH_23] });
  const declared = await create({ agent_extra: '8' }, { withholding: 'PPH_23' });
  const undeclared = await create({ agent_extra: '8' });
  await tax({ agent_extra: [{ ...PPH_23, rate: '0.04' }] });
  const refused = await tryConfirm(admin, declared);
  expect(codes(refused)).toEqual(['PRICE_CHANGED']);
  expect(refused.userErrors[0]?.message).toContain(
    'the total was Rp1.000.000 and is now Rp1.000.000, of which Rp980.000 was to be paid and now Rp960.000 is.',
  );
  expect(codes(await tryConfirm(admin, undeclared))).toEqual([]);
});

test('a withholding that is taken away leaves the whole to pay', async () => {
  await tax({ agent_extra: [PPH_23] });
  const declared = await create({ agent_extra: '8' }, { withholding: 'PPH_23' });
  await tax({ agent_extra: [] });
  expect(codes(await tryConfirm(admin, declared))).toEqual(['PRICE_CHANGED']);
  const quoted = (await admin.query(TaxedOrderDocument, { id: declared.id })).topupOrder as TaxedFragment;
  expect(amounts(quoted)).toEqual(['1000000', '0', '0', '1000000', '0', '1000000']);
  expect(codes(await tryConfirm(admin, quoted))).toEqual([]);
});

test('taxes are frozen with the order: what was paid for is credited whatever changes later', async () => {
  await tax({ agent_extra: [PPN_ADDED, PPH_23] });
  const draft = await create({ agent_extra: '8' }, { withholding: 'PPH_23' });
  await tryConfirm(admin, draft);
  await tax({ agent_extra: [] });
  await app.sandbox.mekariPay.pay(draft.number);
  await untilStatus(admin, draft.id, 'COMPLETED');
  expect(app.sandbox.moderator.booking(draft.number)?.request.lines).toMatchObject([
    { tax: 110_000, withheld: 20_000 },
  ]);
});
