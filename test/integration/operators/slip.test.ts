import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { OperatorRefusal, recordSlip, reportOrder, type SlipRequest } from '../../../src/operators/index.ts';
import { type AwaitedSlip, awaitedSlips } from '../../../src/orders/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { decisionParts, refundSeen } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { purchase } from '../../support/app/purchase.ts';
import { orderWithWithholding, purchaseWithWithholding, withhold } from '../../support/app/withholding.ts';

/** The slip of the tax that a buyer kept back (domain.md 10a). */

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  await withhold(app, 'wa_balance');
});
afterAll(() => app.close());

const BY = { actor: 'rina@tax', reason: 'Slip received by mail' };
const record = (order: string, number: string, request: Partial<SlipRequest> = {}) =>
  recordSlip(decisionParts(app), order, { number, ...BY, ...request });
const refusal = (run: Promise<unknown>) =>
  run.then(
    () => 'not refused',
    (error) => (error instanceof OperatorRefusal ? error.message : Promise.reject(error)),
  );
async function awaited(organizationId?: string): Promise<AwaitedSlip[]> {
  const found: AwaitedSlip[] = [];
  for await (const each of awaitedSlips(app.database, organizationId)) found.push(each);
  return found;
}
const slipSteps = async (number: string) =>
  (await reportOrder(app.database, number)).timeline.filter(({ cause }) => cause.includes('slip'));

async function buyer() {
  const organization = addOrganization(app.sandbox, '1001');
  return { organization, client: await app.client({ organization_id: organization }) };
}

test('a paid order that withheld awaits its slip, until an operator records it', async () => {
  const { organization, client } = await buyer();
  const { number } = await purchaseWithWithholding(app, client, organization);
  expect(await awaited(organization)).toMatchObject([{ number, organizationId: organization, withheld: 20_000n }]);

  const recorded = await record(number, 'BP-77', { date: '2026-11-20', taxInvoiceNumber: '010.000-26.00000001' });
  expect(recorded).toMatchObject({ outcome: 'RECORDED', before: null });
  expect(await awaited(organization)).toEqual([]);
  const { order } = await reportOrder(app.database, number);
  expect(order).toMatchObject({
    status: 'COMPLETED',
    withholdingSlipNumber: 'BP-77',
    withholdingSlipDate: '2026-11-20',
    taxInvoiceNumber: '010.000-26.00000001',
  });
  expect(await slipSteps(number)).toMatchObject([
    {
      from: 'COMPLETED',
      to: 'COMPLETED',
      cause: 'operator: withholding slip BP-77 of 2026-11-20, tax invoice 010.000-26.00000001 recorded',
      ...BY,
    },
  ]);
});

test('the same slip again changes nothing; another value is a correction, and the timeline keeps both', async () => {
  const { organization, client } = await buyer();
  const { number } = await purchaseWithWithholding(app, client, organization);
  await record(number, 'BP-1', { date: '2026-11-01' });
  expect((await record(number, 'BP-1')).outcome).toBe('UNCHANGED');
  expect((await record(number, 'BP-1', { date: '2026-11-01' })).outcome).toBe('UNCHANGED');
  expect(await record(number, 'BP-2')).toMatchObject({
    outcome: 'CORRECTED',
    before: { number: 'BP-1' },
    slip: { number: 'BP-2', date: '2026-11-01', taxInvoiceNumber: null },
  });
  expect((await record(number, 'BP-2', { taxInvoiceNumber: '010-5' })).outcome).toBe('CORRECTED');
  expect((await slipSteps(number)).map(({ cause }) => cause)).toEqual([
    'operator: withholding slip BP-1 of 2026-11-01 recorded',
    'operator: withholding slip BP-1 of 2026-11-01 corrected to BP-2 of 2026-11-01',
    'operator: withholding slip BP-2 of 2026-11-01 corrected to BP-2 of 2026-11-01, tax invoice 010-5',
  ]);
});

test('of two operators at the same moment the second corrects or repeats the first', async () => {
  const { organization, client } = await buyer();
  const { number } = await purchaseWithWithholding(app, client, organization);
  const outcomes = await Promise.all([record(number, 'BP-9'), record(number, 'BP-9'), record(number, 'BP-9')]);
  expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['RECORDED', 'UNCHANGED', 'UNCHANGED']);
  expect(await slipSteps(number)).toHaveLength(1);
});

test('a dry run records nothing', async () => {
  const { organization, client } = await buyer();
  const { number } = await purchaseWithWithholding(app, client, organization);
  expect((await record(number, 'BP-3', { isDryRun: true })).outcome).toBe('RECORDED');
  expect(await awaited(organization)).toHaveLength(1);
  expect(await slipSteps(number)).toEqual([]);
});

test('an order that did not withhold, is not paid or is refunded is refused with the reason', async () => {
  const { organization, client } = await buyer();
  const plain = await purchase(app, client, organization, { wa_balance: '1000000' });
  expect(await refusal(record(plain.number, 'BP-4'))).toBe(
    `${plain.number} has no withheld tax, so no slip belongs to it: \`npm run orders -- slips\` lists the orders whose slip is awaited.`,
  );
  const pending = await orderWithWithholding(client, organization);
  expect(await refusal(record(pending.number, 'BP-4'))).toBe(
    `${pending.number} is PENDING_PAYMENT: a withholding slip is recorded for an order in PAID or COMPLETED.`,
  );
  expect(await refusal(record('TU-261122-7K3M-9QXE', 'BP-4'))).toBe('There is no order TU-261122-7K3M-9QXE.');
  const { number } = await purchaseWithWithholding(app, client, organization);
  expect(await refusal(record(number, 'BP-4', { date: '2999-01-01' }))).toContain('2999-01-01 is in the future');
  expect(await awaited(organization)).toMatchObject([{ number }]);
  await refundSeen(app, number, { ...BY, takeBack: new Map([['wa_balance', 1_000_000n]]) }, async () => 0n);
  expect(await refusal(record(number, 'BP-4'))).toContain(`${number} is REFUNDED`);
  expect(await awaited(organization)).toEqual([]);
});

test('the database refuses a slip on an order that did not withhold, and the audit stays clean', async () => {
  const { organization, client } = await buyer();
  const plain = await purchase(app, client, organization, { wa_balance: '1000000' });
  const write = app.db.query(`update topup_orders set withholding_slip_number = 'BP-5' where number = $1`, [
    plain.number,
  ]);
  await expect(write).rejects.toThrow(/topup_orders_slip_check/);
  expect((await audit(app.database, systemClock)).violations).toEqual([]);
});
