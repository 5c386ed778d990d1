import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TopupOrderDocument, TopupOrdersDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});

afterAll(() => app.close());

/** Drafts of one organization, a minute apart, except that every third shares its minute with the previous one. */
async function insertDrafts(organizationId: string, count: number): Promise<void> {
  await app.db.query(
    `with made as (
       insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
                                 quote_expires_at, correlation_id, created_at)
       select gen_random_uuid(), 'TU-' || $1 || '-' || n, $1, 'x', 'DRAFT', 1000, 0, 1000, now() + interval '1 day', 'test',
              timestamptz '2026-01-01' + make_interval(mins => n - (n % 3) / 2)
       from generate_series(1, $2::int) as n returning id
     ), lines as (
       insert into topup_order_lines (id, order_id, position, kind, quota_code, label, quota_type, billing_version_for_pi,
                                      quantity, multiplier, credits, unit_price, amount)
       select gen_random_uuid(), id, 0, 'TOPUP', 'wa_balance', 'x', 'lifetime', 'v3', 1000, 1, 1000, 1, 1000 from made
     )
     insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
     select id, now(), null, 'DRAFT', 'test', 'test' from made`,
    [organizationId, count],
  );
}

async function page(client: TestClient, variables: Parameters<typeof client.query>[1] = {}) {
  const { topupOrders } = await client.query(TopupOrdersDocument, variables as never);
  if (topupOrders === null) throw new Error('there is no connection');
  return { ...topupOrders, ids: topupOrders.edges.map(({ node }) => node.id) };
}

test('pages of forty pass 205 orders once each, newest first', async () => {
  await insertDrafts('3001', 205);
  const client = await app.client({ organization_id: '3001' });
  const allIds: string[] = [];
  const times: string[] = [];
  let after: string | null = null;
  for (let pages = 1; ; pages++) {
    const answer = await page(client, { first: 40, after });
    allIds.push(...answer.ids);
    times.push(...answer.edges.map(({ node }) => node.createdAt));
    expect(answer.totalCount).toBe(205);
    expect(answer.pageInfo).toMatchObject({
      hasPreviousPage: after !== null,
      startCursor: answer.edges[0]?.cursor,
      endCursor: answer.edges.at(-1)?.cursor,
      hasNextPage: pages < 6,
    });
    after = answer.pageInfo.endCursor;
    if (!answer.pageInfo.hasNextPage) break;
  }
  expect(allIds).toHaveLength(205);
  expect(new Set(allIds).size).toBe(205);
  expect(times).toEqual(times.toSorted().reverse());
});

test('a page has twenty orders by default, and a hundred at the most', async () => {
  await insertDrafts('3002', 130);
  const client = await app.client({ organization_id: '3002' });
  expect((await page(client)).ids).toHaveLength(20);
  const capped = await page(client, { first: 5000 });
  expect(capped.ids).toHaveLength(100);
  expect(capped.pageInfo.hasNextPage).toBe(true);
  expect((await page(client, { first: 5000, after: capped.pageInfo.endCursor })).ids).toHaveLength(30);
});

test('a full last page knows that it is the last', async () => {
  await insertDrafts('3003', 10);
  const client = await app.client({ organization_id: '3003' });
  expect((await page(client, { first: 10 })).pageInfo.hasNextPage).toBe(false);
});

test('orders that arrive between two pages move nothing', async () => {
  await insertDrafts('3004', 30);
  const client = await app.client({ organization_id: '3004' });
  const all = (await page(client, { first: 100 })).ids;
  const first = await page(client, { first: 10 });
  await app.db.query(
    `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total, quote_expires_at,
                               correlation_id, created_at)
     select gen_random_uuid(), 'TU-new-' || n, '3004', 'x', 'DRAFT', 1000, 0, 1000, now(), 'test', now()
     from generate_series(1, 3) as n`,
  );
  expect((await page(client, { first: 10, after: first.pageInfo.endCursor })).ids).toEqual(all.slice(10, 20));
  await app.db.query(
    `insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
     select id, now(), null, 'DRAFT', 'test', 'test' from topup_orders where number like 'TU-new-%'`,
  );
});

test('an organization without orders has an empty page', async () => {
  const client = await app.client({ organization_id: '3005' });
  expect(await page(client)).toMatchObject({
    totalCount: 0,
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  });
});

test('filter, count and cursor of a status cover the same orders', async () => {
  const client = await app.client({ organization_id: '1001' });
  const drafts = [];
  for (let i = 0; i < 6; i++) drafts.push(await createOrder(client, '1001', { wa_balance: '1000000' }));
  const [a, b, c, d] = drafts;
  if (!a || !b || !c || !d) throw new Error('too few');
  await confirmOrder(client, a);
  await confirmOrder(client, b);
  await tryCancel(client, c.id);

  const pending = await page(client, { status: ['PENDING_PAYMENT'], first: 1 });
  expect([pending.ids, pending.totalCount, pending.pageInfo.hasNextPage]).toEqual([[b.id], 2, true]);
  const next = await page(client, { status: ['PENDING_PAYMENT'], first: 1, after: pending.pageInfo.endCursor });
  expect([next.ids, next.totalCount, next.pageInfo.hasNextPage]).toEqual([[a.id], 2, false]);
  expect((await page(client, { status: ['CANCELLED', 'PENDING_PAYMENT'] })).ids).toEqual([c.id, b.id, a.id]);
  expect((await page(client, { status: [] })).totalCount).toBe(6);
  expect((await page(client, { status: ['REFUNDED'] })).ids).toEqual([]);
});

const encode = (text: string) => Buffer.from(text).toString('base64url');

test.each([
  ['no base64', '???'],
  ['empty', ''],
  ['another word', encode('order')],
  ['an invalid date', encode(`2026-13-45T99:00:00.000Z|${randomUUID()}`)],
  ['SQL', encode(`2026-01-01T00:00:00.000Z|' or true --`)],
])('a cursor that is %s is bad input, not an error of ours', async (_, after) => {
  const client = await app.client();
  const { data, errors } = await client.send(TopupOrdersDocument, { after });
  expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  expect(data?.topupOrders ?? null).toBeNull();
});

test('a page of -1 orders is refused', async () => {
  const { errors } = await (await app.client()).send(TopupOrdersDocument, { first: -1 });
  expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
});

test("another organization's cursor reveals none of its orders", async () => {
  await insertDrafts('3006', 3);
  const owner = await app.client({ organization_id: '3006' });
  const { pageInfo } = await page(owner, { first: 1 });
  const stranger = await app.client({ organization_id: '3007' });
  expect((await page(stranger, { after: pageInfo.endCursor })).ids).toEqual([]);
});

test("another organization's orders cannot be read; support may read them", async () => {
  const owner = await app.client({ organization_id: '1002' });
  const { id } = await createOrder(owner, '1002', { agent_extra: '1' });
  const stranger = await app.client({ organization_id: '1001' });
  expect(await stranger.query(TopupOrderDocument, { id })).toEqual({ topupOrder: null });
  expect(await stranger.query(TopupOrderDocument, { id: 'no-id' })).toEqual({ topupOrder: null });
  const { errors } = await stranger.send(TopupOrdersDocument, { organizationId: '1002' });
  expect(errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  const support = await app.client({ organization_id: '1001', scope: 'topup:support' });
  expect((await page(support, { organizationId: '1002' })).ids).toEqual([id]);
});
