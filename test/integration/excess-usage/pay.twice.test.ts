import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../src/kernel/clock.ts';
import { retryOrder } from '../../../src/operators/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { approveSeen } from '../../support/app/operators.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, purchase, untilStatus } from '../../support/app/purchase.ts';
import { alerts } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

const WHATSAPP = { wa_balance: '1000000' };
const reported = (quantity: number) => ({ excess: [{ key: 'wa_balance_excess', period: '2026-10', quantity }] });
const approve = (number: string) => approveSeen(app, number, { actor: 'rina', reason: 'The bank took its fee' });

async function owing(quantity: number) {
  const id = addOrganization(app.sandbox, '1001', reported(quantity));
  const client = await app.client({ organization_id: id });
  const confirmed = async () => confirmOrder(client, await createOrder(client, id, WHATSAPP));
  const settled = async () => {
    const [row] = await app.db.query<{ settled: string }>(
      `select excess_settled::text as settled from organization_packages where organization_id = $1`,
      [id],
    );
    return row?.settled;
  };
  return { id, client, confirmed, settled };
}

test('a cancelled order that is paid late raises one alert, about itself, while a newer order carries its excess', async () => {
  const { client, confirmed, settled } = await owing(100);
  const late = await confirmed();
  await tryCancel(client, late.id);
  const other = await confirmed();
  expect([late.excessTotal.amount, other.excessTotal.amount]).toEqual(['100', '100']);
  // A step that moves nothing is no second cancel, after which the newer order would be an older one.
  await retryOrder(app.database, systemClock, late.number, { actor: 'rina', reason: 'The buyer asked' });
  await app.sandbox.mekariPay.payLate(late.number);
  await app.sandbox.mekariPay.pay(other.number);
  for (const { id } of [late, other]) await untilStatus(client, id, 'COMPLETED');
  expect(await settled()).toBe('200');
  expect(alerts(app, late.number)).toEqual(['payment_exception: excess_paid_twice']);
  expect(alerts(app, other.number)).toEqual([]);
});

test('a payment under review keeps its claim: an order for the rest waits, and is no second payment', async () => {
  const { id, client, confirmed, settled } = await owing(100);
  const reviewed = await confirmed();
  await payUntilReview(app, client, reviewed);
  app.sandbox.hubCore.organizations.patch(id, reported(150));
  const rest = await createOrder(client, id, WHATSAPP);
  expect(rest.excessTotal.amount).toBe('50');
  expect(codes(await tryConfirm(client, rest))).toEqual(['EXCESS_PENDING']);
  expect((await approve(reviewed.number)).excessPaidTwice).toBe(false);
  await untilStatus(client, reviewed.id, 'COMPLETED');
  await confirmOrder(client, rest);
  await app.sandbox.mekariPay.pay(rest.number);
  await untilStatus(client, rest.id, 'COMPLETED');
  expect(await settled()).toBe('150');
});

test('a claim under review ends with the time to pay: an approval after it reports what was settled meanwhile', async () => {
  const { id, client, confirmed, settled } = await owing(100);
  const reviewed = await confirmed();
  await payUntilReview(app, client, reviewed);
  await app.db.query(`update topup_orders set payment_expires_at = now() where id = $1`, [reviewed.id]);
  expect((await purchase(app, client, id, WHATSAPP)).excessTotal.amount).toBe('100');
  expect((await approve(reviewed.number)).excessPaidTwice).toBe(true);
  await untilStatus(client, reviewed.id, 'COMPLETED');
  expect(await settled()).toBe('200');
});

test('the operator and the timeline report a second payment when a wrongly paid order is approved', async () => {
  const { client, confirmed, settled } = await owing(100);
  const late = await confirmed();
  await tryCancel(client, late.id);
  const other = await confirmed();
  await payUntilReview(app, client, late);
  expect((await approve(late.number)).excessPaidTwice).toBe(true);
  const { timeline } = await untilStatus(client, late.id, 'COMPLETED');
  expect(timeline.map(({ cause }) => cause)).toContain('operator: payment approved, its excess is paid twice');
  await app.sandbox.mekariPay.pay(other.number);
  await untilStatus(client, other.id, 'COMPLETED');
  expect(await settled()).toBe('200');
});

test('a newer order that was cancelled or expired too carries nothing: no alert', async () => {
  const { client, confirmed } = await owing(100);
  const late = await confirmed();
  await tryCancel(client, late.id);
  const other = await confirmed();
  await tryCancel(client, other.id);
  await app.sandbox.mekariPay.payLate(late.number);
  await untilStatus(client, late.id, 'COMPLETED');
  expect(alerts(app, late.number)).toEqual([]);
});
