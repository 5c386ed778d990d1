import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ordersToPoll, ordersToPollLate } from '../../../src/orders/index.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterAll(() => app.close());

const LINE = `'TOPUP', 'muv', 'x', 'lifetime', 'v3', 1, 1, 1, 1, 1`;

/** Drafts of one organization, numbered from 1; the quote of each ran out a second before that of the next one. */
async function drafts(organizationId: string, count: number): Promise<void> {
  await app.db.query(
    `with draft as (
       insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
         quote_expires_at, correlation_id, created_at)
       select gen_random_uuid(), $1 || '-' || n, $1, 'PT', 'DRAFT', 1, 0, 1, now() - make_interval(secs => 5000 - n), 'test', now()
       from generate_series(1, $2::int) as n returning id
     ), line as (
       insert into topup_order_lines (id, order_id, position, kind, quota_code, label, quota_type, billing_version_for_pi,
         quantity, multiplier, credits, unit_price, amount)
       select gen_random_uuid(), id, 0, ${LINE} from draft
     )
     insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
     select id, now(), null, 'DRAFT', 'test', 'test' from draft`,
    [organizationId, count],
  );
}

async function move(organizationId: string, from: string, to: string, changes = ''): Promise<void> {
  await app.db.query(
    `with moved as (update topup_orders set status = $3 ${changes} where organization_id = $1 and status = $2 returning id)
     insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
     select id, now(), $2, $3, 'test', 'test' from moved`,
    [organizationId, from, to],
  );
}

/**
 * Orders of one organization that await payment; `polled` is the time since each one's last poll in seconds, null for never.
 * The provider does not know their invoices.
 */
async function pending(organizationId: string, polled: (number | null)[], hasInvoice = true): Promise<void> {
  await drafts(organizationId, polled.length);
  const invoice = hasInvoice ? `, payment_invoice_id = 'inv-' || number` : '';
  await move(
    organizationId,
    'DRAFT',
    'PENDING_PAYMENT',
    `, confirmed_at = now() - interval '1 minute', payment_expires_at = now() + interval '1 day' ${invoice}`,
  );
  await app.db.query(
    `update topup_orders set payment_checked_at = now() - make_interval(secs => ago)
     from unnest($2::int[]) with ordinality as last (ago, n) where number = $1 || '-' || n`,
    [organizationId, polled],
  );
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
/** More than all orders of this file. */
const ALL = 10_000;
const turnsOf = (orders: readonly { number: string }[], prefix: string) =>
  orders.map(({ number }) => number).filter((number) => number.startsWith(prefix));

test('the poll takes the first order of each organization, then the second: never polled before long ago', async () => {
  await pending('turns-a', [30, null, 90, 60]);
  await pending('turns-b', [10, 20]);
  await pending('turns-c', [5]);
  expect(turnsOf(await ordersToPoll(app.database, ALL), 'turns-')).toEqual([
    'turns-a-2',
    'turns-b-2',
    'turns-c-1',
    'turns-a-3',
    'turns-b-1',
    'turns-a-4',
    'turns-a-1',
  ]);
});

test('orders without an invoice come before all others, in turns of their own', async () => {
  await pending('lacks-a', [40, 30, 20], false);
  await pending('lacks-b', [10], false);
  await pending('lacks-c', [null]);
  expect(turnsOf(await ordersToPoll(app.database, ALL), 'lacks-')).toEqual([
    'lacks-a-1',
    'lacks-b-1',
    'lacks-a-2',
    'lacks-a-3',
    'lacks-c-1',
  ]);
});

test('orders that were given up are polled in turns too', async () => {
  await pending('late-a', [3000, 2000, 1000]);
  await pending('late-b', [700]);
  for (const organizationId of ['late-a', 'late-b']) await move(organizationId, 'PENDING_PAYMENT', 'CANCELLED');
  const now = Date.now();
  const late = { since: new Date(now - 3600_000), polledBefore: new Date(now - 600_000) };
  expect(turnsOf(await ordersToPollLate(app.database, late, ALL), 'late-')).toEqual([
    'late-a-1',
    'late-b-1',
    'late-a-2',
    'late-a-3',
  ]);
});

/** A confirmed order of an organization of its own, which was polled and then paid; its webhook is lost. */
async function paidUnnoticed(): Promise<string> {
  const id = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: id });
  const order = await confirmOrder(client, await createOrder(client, id, { agent_extra: '1' }));
  await app.db.query(`update topup_orders set payment_checked_at = now() where id = $1`, [order.id]);
  await app.sandbox.mekariPay.pay(order.number, { webhook: false });
  return order.id;
}

test('1,500 open orders of one buyer hide no lost webhook of a hundred others for longer than two intervals', async () => {
  // The buyer's orders were never polled.
  await pending('flood', times(1500, null));
  const limit = pLimit(8);
  const others = await Promise.all(times(100, paidUnnoticed).map((order) => limit(order)));
  for (const _ of ['the first interval', 'the second']) await app.reconcile();
  const statuses = await app.db.query<{ status: string; count: number }>(
    `select status, count(*)::int from topup_orders where id = any($1) group by status`,
    [others],
  );
  expect(statuses).toEqual([{ status: 'PAID', count: 100 }]);
}, 180_000);
