import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '../../../src/audit/index.ts';
import type { OrderFragment } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { documentsOf, follow } from '../../support/app/documents.ts';
import { codes, tryCancel, tryConfirm, tryCreate } from '../../support/app/mutations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { trailOf } from '../../support/database/trail.ts';
import { deliver, signed } from '../../support/http/raw-delivery.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const DAY = 86_400;
const HALF_AN_HOUR = 1800;
const MONTH = 30 * DAY + HALF_AN_HOUR;
const SEAT = { agent_extra: '1' };

// Tokens are verified by the real time, so the orders are old, and the pruning is now.
const time = movableClock();
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ clock: time.clock, withoutBackground: true, sandbox: { clock: time.now } });
});

afterAll(() => app.close());

async function buyer() {
  const id = addOrganization(app.sandbox, '1001');
  return { id, client: await app.client({ organization_id: id, sub: `admin-${id}`, expires_in: 100 * DAY }) };
}

/** Runs the job that much later than the orders were made. */
async function pruneAfter(seconds: number): Promise<void> {
  time.advance(seconds);
  await app.services.pruneDrafts.run();
}

const left = async (table: string, orderId: string) =>
  (await app.db.query(`select from ${table} where ${table === 'topup_orders' ? 'id' : 'order_id'} = $1`, [orderId]))
    .length;

/** The number of stored rows of the order, its lines, its steps and its keys. */
const rowsOf = async ({ id }: OrderFragment) => [
  await left('topup_orders', id),
  await left('topup_order_lines', id),
  await left('topup_order_events', id),
  await left('idempotency_keys', id),
];

async function abandoned(client: TestClient, id: string) {
  const [expired, cancelled] = [await createOrder(client, id, SEAT), await createOrder(client, id, SEAT)];
  await tryCancel(client, cancelled.id);
  time.advance(HALF_AN_HOUR);
  await app.reconcile();
  return { expired, cancelled };
}

test('drafts that nobody confirmed go 30 days after their quote, with lines and steps; their keys stay', async () => {
  time.toPresent();
  const { id, client } = await buyer();
  const { expired, cancelled } = await abandoned(client, id);
  // A slow machine takes seconds of the minute.
  await pruneAfter(30 * DAY - 60);
  expect([await rowsOf(expired), await rowsOf(cancelled)]).toEqual([
    [1, 1, 2, 1],
    [1, 1, 2, 1],
  ]);
  await pruneAfter(61);
  expect([await rowsOf(expired), await rowsOf(cancelled)]).toEqual([
    [0, 0, 0, 1],
    [0, 0, 0, 1],
  ]);
  expect(app.logs.filter(({ event }) => event === 'drafts_pruned')).toMatchObject([{ level: 30, orders: 2 }]);
  // The trail of the creates and of the cancel is what remains.
  expect((await trailOf(app, `admin-${id}`)).filter((line) => line.startsWith('answered'))).toHaveLength(3);
});

test('the documents and replaced quotes of such a draft go with it', async () => {
  time.toPresent();
  const { id, client } = await buyer();
  const draft = await createOrder(client, id, SEAT);
  app.sandbox.mekariBilling.setPrice('pkg-agent', '130000');
  await tryConfirm(client, draft);
  app.sandbox.mekariBilling.setPrice('pkg-agent', '125000');
  for (const { url } of await documentsOf(client, draft.id)) expect((await follow(app, url)).status).toBe(200);
  const rows = async () => [await left('order_documents', draft.id), await left('replaced_quotes', draft.id)];
  expect(await rows()).toEqual([2, 1]);
  time.advance(HALF_AN_HOUR);
  await app.reconcile();
  await pruneAfter(MONTH);
  expect(await rows()).toEqual([0, 0]);
});

test('a create repeated after its draft is gone answers QUOTE_EXPIRED; its key is not free', async () => {
  time.toPresent();
  const { id, client } = await buyer();
  const key = randomUUID();
  await tryCreate(client, id, SEAT, key);
  time.advance(HALF_AN_HOUR);
  await app.reconcile();
  await pruneAfter(MONTH);
  const repeat = await tryCreate(client, id, SEAT, key);
  expect([repeat.order, codes(repeat)]).toEqual([null, ['QUOTE_EXPIRED']]);
  expect(codes(await tryCreate(client, id, { agent_extra: '2' }, key))).toEqual(['IDEMPOTENCY_CONFLICT']);
});

test('an order that was ever confirmed, a live draft, and a draft with a payment event stay', async () => {
  time.toPresent();
  const { id, client } = await buyer();
  const confirmed = await confirmOrder(client, await createOrder(client, id, SEAT));
  await tryCancel(client, confirmed.id);
  const expiredLater = await confirmOrder(client, await createOrder(client, id, SEAT));
  const paidByMistake = await createOrder(client, id, SEAT);
  const event = JSON.stringify(invoiceEvent(app, paidByMistake, { invoice_id: 'inv_of_nobody' }));
  await deliver(app.url, event, signed(event, time.now()));
  time.advance(HALF_AN_HOUR);
  await app.reconcile();
  time.advance(DAY);
  await app.reconcile();
  time.advance(MONTH);
  const alive = await createOrder(client, id, SEAT);
  await app.services.pruneDrafts.run();
  for (const order of [confirmed, expiredLater, paidByMistake, alive]) expect((await rowsOf(order))[0]).toBe(1);
  const statuses = await app.db.query(`select status from topup_orders where id = any($1) order by id`, [
    [confirmed.id, expiredLater.id, paidByMistake.id],
  ]);
  expect(statuses.map(({ status }) => status)).toEqual(['CANCELLED', 'EXPIRED', 'EXPIRED']);
});

test('thousands of drafts go in batches, and the audit finds nothing amiss', async () => {
  time.toPresent();
  await app.db.query(`
    with draft as (
      insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
        quote_expires_at, correlation_id, created_at)
      select gen_random_uuid(), 'TU-OLD-' || n, '1001', 'PT', 'DRAFT', 1, 0, 1, now() - interval '40 days', 'test',
        now() - interval '40 days'
      from generate_series(1, 1201) as n returning id
    ), line as (
      insert into topup_order_lines (id, order_id, position, kind, quota_code, label, quota_type, billing_version_for_pi,
        quantity, multiplier, credits, unit_price, amount)
      select gen_random_uuid(), id, 0, 'TOPUP', 'muv', 'x', 'lifetime', 'v3', 1, 1, 1, 1, 1 from draft
    )
    insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
    select id, now() - interval '40 days', null, 'DRAFT', 'test', 'test' from draft`);
  await app.db.query(`
    with moved as (update topup_orders set status = 'EXPIRED' where number like 'TU-OLD-%' returning id)
    insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
    select id, now(), 'DRAFT', 'EXPIRED', 'test', 'test' from moved`);
  await app.services.pruneDrafts.run();
  expect(await app.db.query(`select from topup_orders where number like 'TU-OLD-%'`)).toEqual([]);
  expect(
    await app.db.query(`select from topup_order_lines line where not exists
    (select from topup_orders o where o.id = line.order_id)`),
  ).toEqual([]);
  expect((await audit(app.database, time.clock)).violations).toEqual([]);
});
