import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Organization } from '../../../sandbox/index.ts';
import { ExcessUsagesDocument, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ env: { ORGANIZATION_TTL_SECONDS: '0', PRICE_FAILURE_TTL_SECONDS: '0' } });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const owing = (...excess: NonNullable<Organization['excess']>) => addOrganization(app.sandbox, '1004', { excess });

async function excessOf(organizationId: string): Promise<string[]> {
  const client = await app.client({ organization_id: organizationId });
  const { excessUsages } = await client.query(ExcessUsagesDocument, {});
  return (excessUsages ?? []).map(
    ({ code, period, quantity, unitPrice, amount }) =>
      `${code} ${period}: ${quantity} × ${unitPrice.amount} = ${amount.amount}`,
  );
}

test('excess has the price of its own package, and counts as rupiah without one', async () => {
  const id = owing(
    { key: 'wa_balance_excess', period: '2026-11', quantity: 250_000 },
    { key: 'muv_excess', period: '2026-11', quantity: 120 },
    { key: 'chatbot_ai_excess', period: '2026-11', quantity: 40 },
  );
  expect(await excessOf(id)).toEqual([
    'wa_balance 2026-11: 250000 × 1 = 250000',
    'muv 2026-11: 120 × 750 = 90000',
    'chatbot_ai_extra 2026-11: 40 × 500 = 20000',
  ]);
});

test('each period is a row of its own; an option sums them up', async () => {
  const id = owing(
    { key: 'muv_excess', period: '2026-11', quantity: 120 },
    { key: 'muv_excess', period: '2026-10', quantity: 30 },
  );
  expect(await excessOf(id)).toEqual(['muv 2026-10: 30 × 750 = 22500', 'muv 2026-11: 120 × 750 = 90000']);
  const client = await app.client({ organization_id: id });
  const { topupOptions } = await client.query(TopupOptionsDocument, {});
  expect(topupOptions?.find(({ code }) => code === 'muv')?.excessUsage).toEqual({
    code: 'muv',
    period: '2026-10/2026-11',
    quantity: '150',
    amount: { amount: '112500' },
  });
});

test('zero, negative amounts and unknown keys are no excess', async () => {
  const id = owing(
    { key: 'muv_excess', period: '2026-11', quantity: 0 },
    { key: 'wa_balance_excess', period: '2026-11', quantity: -5 },
    { key: 'sms_excess', period: '2026-11', quantity: 7 },
  );
  expect(await excessOf(id)).toEqual([]);
});

test.each([null, undefined])('an organization whose excess is %s owes nothing', async (excess) => {
  expect(await excessOf(addOrganization(app.sandbox, '1004', { excess }))).toEqual([]);
});

test('amounts pass 2^31 without loss', async () => {
  const id = owing({ key: 'muv_excess', period: '2026-11', quantity: 12_345_679 });
  expect(await excessOf(id)).toEqual(['muv 2026-11: 12345679 × 750 = 9259259250']);
});

test('a row without an available price is dropped, the others stay', async () => {
  await app.changeCatalogue(
    `update topup_configurations set excess_package_id = 'pkg-gone' where code = 'chatbot_ai_extra'`,
  );
  const id = owing(
    { key: 'wa_balance_excess', period: '2026-11', quantity: 100 },
    { key: 'chatbot_ai_excess', period: '2026-11', quantity: 40 },
  );
  try {
    expect(await excessOf(id)).toEqual(['wa_balance 2026-11: 100 × 1 = 100']);
  } finally {
    await app.changeCatalogue(
      `update topup_configurations set excess_package_id = 'pkg-ai-excess' where code = 'chatbot_ai_extra'`,
    );
  }
});

test('a hidden option still shows its excess: the organization owes it all the same', async () => {
  const id = addOrganization(app.sandbox, '1003', {
    excess: [{ key: 'muv_excess', period: '2026-11', quantity: 2 }],
  });
  expect(await excessOf(id)).toEqual(['muv 2026-11: 2 × 750 = 1500']);
});

test('settled excess is not charged again while hub-core still reports it; later usage is', async () => {
  const id = owing({ key: 'muv_excess', period: '2026-11', quantity: 120 });
  const client = await app.client({ organization_id: id });
  await purchase(app, client, id, { muv: '500' });
  expect(await excessOf(id)).toEqual([]);
  app.sandbox.hubCore.organizations.patch(id, { excess: [{ key: 'muv_excess', period: '2026-11', quantity: 150 }] });
  expect(await excessOf(id)).toEqual(['muv 2026-11: 30 × 750 = 22500']);
});

const CLAIMS = `{
  excessUsages { id code period quantity amount { amount } claimedBy { number status lines { kind quantity } } }
  topupOptions { code excessUsage { id quantity claimedBy { id } } }
}`;

test('excess that an order carries is a row of its own while the order awaits its payment', async () => {
  const id = owing({ key: 'muv_excess', period: '2026-11', quantity: 120 });
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { muv: '500' }));
  app.sandbox.hubCore.organizations.patch(id, { excess: [{ key: 'muv_excess', period: '2026-11', quantity: 150 }] });
  const { excessUsages, topupOptions } = await client.query(CLAIMS);
  expect(excessUsages).toEqual([
    {
      id: `${id}:muv:2026-11`,
      code: 'muv',
      period: '2026-11',
      quantity: '30',
      amount: { amount: '22500' },
      claimedBy: null,
    },
    {
      id: `${id}:muv:2026-11:${order.id}`,
      code: 'muv',
      period: '2026-11',
      quantity: '120',
      amount: { amount: '90000' },
      claimedBy: {
        number: order.number,
        status: 'PENDING_PAYMENT',
        lines: [
          { kind: 'EXCESS', quantity: '120' },
          { kind: 'TOPUP', quantity: '500' },
        ],
      },
    },
  ]);
  // An order for the option would settle the rest alone.
  const muv = topupOptions.find(({ code }: { code: string }) => code === 'muv');
  expect(muv.excessUsage).toEqual({ id: `${id}:muv`, quantity: '30', claimedBy: null });

  await tryCancel(client, order.id);
  expect(await excessOf(id)).toEqual(['muv 2026-11: 150 × 750 = 112500']);
});

test('claimed excess is shown when nothing else is owed, and hub-core reports none any more', async () => {
  const id = owing({ key: 'wa_balance_excess', period: '2026-11', quantity: 7 });
  const client = await app.client({ organization_id: id });
  await confirmOrder(client, await createOrder(client, id, { wa_balance: '2500000' }));
  app.sandbox.hubCore.organizations.patch(id, { excess: [] });
  expect(await excessOf(id)).toEqual(['wa_balance 2026-11: 7 × 1 = 7']);
  const { topupOptions } = await client.query(CLAIMS);
  expect(topupOptions.every(({ excessUsage }: { excessUsage: object | null }) => excessUsage === null)).toBe(true);
});

test('two organizations of one request see their own claims', async () => {
  const claiming = owing({ key: 'wa_balance_excess', period: '2026-11', quantity: 7 });
  const other = owing({ key: 'wa_balance_excess', period: '2026-11', quantity: 9 });
  const client = await app.client({ organization_id: claiming });
  const { number } = await confirmOrder(client, await createOrder(client, claiming, { wa_balance: '2500000' }));
  const support = await app.client({ scope: 'topup:support' });
  const both = `{ ${[claiming, other].map((id) => `_${id}: excessUsages(organizationId: "${id}") { quantity claimedBy { number } }`).join(' ')} }`;
  expect(await support.query(both)).toEqual({
    [`_${claiming}`]: [{ quantity: '7', claimedBy: { number } }],
    [`_${other}`]: [{ quantity: '9', claimedBy: null }],
  });
});

test('the service that this one replaces goes on showing the whole excess in one row', async () => {
  const id = owing({ key: 'wa_balance_excess', period: '2026-11', quantity: 7 });
  const client = await app.client({ organization_id: id });
  await confirmOrder(client, await createOrder(client, id, { wa_balance: '2500000' }));
  const response = await fetch(`${app.url}/iag/v1/topup-configurations/excess-quota`, {
    headers: { authorization: `Bearer ${client.token}` },
  });
  expect(await response.json()).toMatchObject({ data: [{ name: 'wa_balance', period: '2026-11', quantity: '7' }] });
});
