import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { codes, tryCancel, tryConfirm } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, purchase, until, untilStatus } from '../../support/app/purchase.ts';
import { alerts, balances } from '../../support/app/webhook.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

const whatsapp = (period: string, quantity: number) => ({ key: 'wa_balance_excess', period, quantity });

/** An organization like 1004 with this excess. */
async function owing(...excess: { key: string; period: string; quantity: number }[]) {
  const organizationId = addOrganization(app.sandbox, '1004', { excess });
  return { organizationId, client: await app.client({ organization_id: organizationId }) };
}

const linesOf = (order: OrderFragment | null) =>
  order?.lines.map(({ kind, code, quantity, amount, periodStart }) =>
    [kind, code, quantity, amount.amount, ...(kind === 'EXCESS' ? [periodStart] : [])].join(' '),
  );

const WHATSAPP = { wa_balance: '2500000' };

test('an order for a quota puts its outstanding excess first, on top of the minimum', async () => {
  const { organizationId, client } = await owing(whatsapp('2026-10', 250_000));
  const order = await createOrder(client, organizationId, WHATSAPP);
  expect(linesOf(order)).toEqual(['EXCESS wa_balance 250000 250000 2026-10-01', 'TOPUP wa_balance 2500000 2500000']);
  expect(order).toMatchObject({
    topupTotal: { amount: '2500000' },
    excessTotal: { amount: '250000' },
    total: { amount: '2750000' },
  });
  expect(order.lines[0]).toMatchObject({ credits: '0', periodEnd: '2026-10-31' });
});

test('excess of a package has the price of its own package; other quotas stay out of the order', async () => {
  const { organizationId, client } = await owing(
    { key: 'muv_excess', period: '2026-10', quantity: 120 },
    { key: 'chatbot_ai_excess', period: '2026-10', quantity: 40 },
    whatsapp('2026-10', 5),
  );
  const order = await createOrder(client, organizationId, { muv: '500' });
  expect(linesOf(order)).toEqual(['EXCESS muv 120 90000 2026-10-01', 'TOPUP muv 500 300000']);
});

test('each period has a line of its own, oldest first', async () => {
  const { organizationId, client } = await owing(
    whatsapp('2026-11', 10),
    whatsapp('2026-09', 30),
    whatsapp('2026-10', 20),
  );
  expect(linesOf(await createOrder(client, organizationId, WHATSAPP))).toEqual([
    'EXCESS wa_balance 30 30 2026-09-01',
    'EXCESS wa_balance 20 20 2026-10-01',
    'EXCESS wa_balance 10 10 2026-11-01',
    'TOPUP wa_balance 2500000 2500000',
  ]);
});

test.each([0, -5])('an excess of %s is ignored', async (quantity) => {
  const { organizationId, client } = await owing(whatsapp('2026-10', quantity));
  expect(linesOf(await createOrder(client, organizationId, WHATSAPP))).toEqual(['TOPUP wa_balance 2500000 2500000']);
});

test('settled excess is not charged again while hub-core still reports it; new usage of the period is', async () => {
  const { organizationId, client } = await owing(whatsapp('2026-10', 100), whatsapp('2026-11', 7));
  await purchase(app, client, organizationId, WHATSAPP);
  expect(linesOf(await createOrder(client, organizationId, WHATSAPP))).toEqual(['TOPUP wa_balance 2500000 2500000']);

  const excess = [whatsapp('2026-10', 100), whatsapp('2026-11', 12)];
  app.sandbox.hubCore.organizations.patch(organizationId, { excess });
  expect(linesOf(await createOrder(client, organizationId, WHATSAPP))).toEqual([
    'EXCESS wa_balance 5 5 2026-11-01',
    'TOPUP wa_balance 2500000 2500000',
  ]);
});

test('excess on an order that awaits payment is not charged by another; cancelling releases it', async () => {
  const { organizationId, client } = await owing(whatsapp('2026-10', 100));
  const first = await confirmOrder(client, await createOrder(client, organizationId, WHATSAPP));
  expect(first.excessTotal.amount).toBe('100');
  expect((await createOrder(client, organizationId, WHATSAPP)).excessTotal.amount).toBe('0');

  await tryCancel(client, first.id);
  expect((await createOrder(client, organizationId, WHATSAPP)).excessTotal.amount).toBe('100');
});

test('a draft claims no excess', async () => {
  const { organizationId, client } = await owing(whatsapp('2026-10', 100));
  await createOrder(client, organizationId, WHATSAPP);
  expect((await createOrder(client, organizationId, WHATSAPP)).excessTotal.amount).toBe('100');
});

test('excess that another order claims between quote and confirm stops the confirm', async () => {
  const { organizationId, client } = await owing(whatsapp('2026-10', 100));
  const [late, early] = [
    await createOrder(client, organizationId, WHATSAPP),
    await createOrder(client, organizationId, WHATSAPP),
  ];
  const turn = `hashtextextended('excess:' || '${organizationId}', 0)`;
  const holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
  try {
    await holder.query(`select pg_advisory_lock(${turn})`);
    const confirming = tryConfirm(client, late);
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
    await until(
      () => app.db.query(waiting),
      (rows) => rows.length === 1,
    );
    await holder.query(`begin;
      update topup_orders set status = 'PENDING_PAYMENT', confirmed_at = now(), payment_expires_at = now() + interval '1 day'
      where id = '${early.id}';
      insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
      values ('${early.id}', now(), 'DRAFT', 'PENDING_PAYMENT', 'confirmOrder', 'test');
      commit; select pg_advisory_unlock(${turn})`);
    const refused = await confirming;
    expect(codes(refused)).toEqual(['EXCESS_PENDING']);
    expect(refused).toMatchObject({ priceChange: null, order: { status: 'DRAFT', total: { amount: '2500100' } } });
  } finally {
    await holder.end();
  }
});

test('a late payment of a cancelled order credits it and raises an alert when another order settled its excess', async () => {
  const { organizationId, client } = await owing(whatsapp('2026-10', 100));
  const cancelled = await confirmOrder(client, await createOrder(client, organizationId, WHATSAPP));
  await tryCancel(client, cancelled.id);
  expect((await purchase(app, client, organizationId, WHATSAPP)).excessTotal.amount).toBe('100');
  await app.sandbox.mekariPay.payLate(cancelled.number);
  await untilStatus(client, cancelled.id, 'COMPLETED');
  expect(await balances(app, organizationId)).toEqual({ wa_balance: '5000000' });
  expect(alerts(app, cancelled.number)).toEqual(['payment_exception: excess_paid_twice']);
});
