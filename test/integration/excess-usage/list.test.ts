import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Organization } from '../../../sandbox/index.ts';
import { ExcessUsagesDocument, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
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

test('excess on an unpaid order still counts as outstanding and is shown', async () => {
  const id = owing({ key: 'muv_excess', period: '2026-11', quantity: 120 });
  const client = await app.client({ organization_id: id });
  await confirmOrder(client, await createOrder(client, id, { muv: '500' }));
  expect(await excessOf(id)).toEqual(['muv 2026-11: 120 × 750 = 90000']);
});
