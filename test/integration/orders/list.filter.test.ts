import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { tryCancel } from '../../support/app/mutations.ts';
import { createOrder } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';

const PAGE = /* GraphQL */ `
  query ($organizationId: ID, $first: Int, $after: String, $status: [TopupOrderStatus!], $createdAfter: DateTime, $createdBefore: DateTime, $number: String) {
    topupOrders(
      organizationId: $organizationId, first: $first, after: $after, status: $status
      createdAfter: $createdAfter, createdBefore: $createdBefore, number: $number
    ) { totalCount edges { node { number } } pageInfo { hasNextPage endCursor } }
  }
`;
const BY_NUMBER = 'query ($number: String!) { topupOrderByNumber(number: $number) { number organization { id } } }';

let app: TestApp;
let now: Date;
let buyer: TestClient;
let foreign: TestClient;
let support: TestClient;
/** Three orders of 1001, by the hour of one day; the last one is cancelled. */
let numbers: [string, string, string];

beforeAll(async () => {
  now = new Date('2026-11-20T07:00:00Z');
  app = await startApp({ withoutBackground: true, clock: { now: () => now }, sandbox: { clock: () => now } });
  buyer = await app.client({ organization_id: '1001' });
  foreign = await app.client({ organization_id: '1004' });
  support = await app.client({ organization_id: '1004', scope: 'topup:support' });
  const at = async (hour: string) => {
    now = new Date(`2026-11-20T${hour}:00:00Z`);
    const order = await createOrder(buyer, '1001', { agent_extra: '1' });
    if (hour === '10') await tryCancel(buyer, order.id);
    return order.number;
  };
  numbers = [await at('08'), await at('09'), await at('10')];
});

afterAll(() => app.close());

async function page(variables: object, client = buyer) {
  const { topupOrders } = await client.query(PAGE, variables);
  return {
    count: topupOrders.totalCount,
    numbers: topupOrders.edges.map(({ node }: { node: { number: string } }) => node.number),
    ...topupOrders.pageInfo,
  };
}

test('createdAfter is the first instant of a page, and createdBefore the first one after it', async () => {
  const [eight, nine, ten] = numbers;
  const day = { createdAfter: '2026-11-20T08:00:00Z', createdBefore: '2026-11-20T10:00:00Z' };
  expect(await page(day)).toMatchObject({ count: 2, numbers: [nine, eight] });
  expect(await page({ createdAfter: '2026-11-20T16:00:00+07:00' })).toMatchObject({ numbers: [ten, nine] });
  expect(await page({ createdBefore: '2026-11-20T08:00:00Z' })).toMatchObject({ count: 0, numbers: [] });
  expect(await page({ ...day, status: ['CANCELLED'] })).toMatchObject({ count: 0, numbers: [] });
});

test('a page of a day goes on behind its cursor', async () => {
  const [eight, nine] = numbers;
  const day = { createdBefore: '2026-11-20T10:00:00Z', first: 1 };
  const first = await page(day);
  expect(first).toMatchObject({ count: 2, numbers: [nine], hasNextPage: true });
  expect(await page({ ...day, after: first.endCursor })).toMatchObject({ numbers: [eight], hasNextPage: false });
});

test('a time that ends before it begins is refused', async () => {
  const { errors } = await buyer.send(PAGE, {
    createdAfter: '2026-11-21T00:00:00Z',
    createdBefore: '2026-11-20T00:00:00Z',
  });
  expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  expect(errors?.[0]?.message).toBe('createdBefore must not be earlier than createdAfter.');
});

test('number finds one order, as a person types it, and only of the organization', async () => {
  const [eight, , ten] = numbers;
  expect(await page({ number: ` ${eight.toLowerCase()} ` })).toMatchObject({ count: 1, numbers: [eight] });
  expect(await page({ number: ten, status: ['DRAFT', 'CANCELLED'] })).toMatchObject({ count: 1, numbers: [ten] });
  expect(await page({ number: eight, status: ['CANCELLED'] })).toMatchObject({ count: 0, numbers: [] });
  for (const odd of ['', `${eight}%`, 'TU-\u0000', '\u{1f600}']) {
    expect(await page({ number: odd })).toMatchObject({ count: 0, numbers: [] });
  }
  expect(await page({ number: eight }, foreign)).toMatchObject({ count: 0, numbers: [] });
  expect(await page({ number: eight, organizationId: '1001' }, support)).toMatchObject({ count: 1 });
});

test('a part of a number finds its orders, as a person reads it out, and only of the organization', async () => {
  const [eight, nine, ten] = numbers;
  const [, , group = '', end = ''] = eight.split('-');
  expect(await page({ number: end })).toMatchObject({ count: 1, numbers: [eight] });
  expect(await page({ number: ` ${group.toLowerCase()} ${end} ` })).toMatchObject({ count: 1, numbers: [eight] });
  expect(await page({ number: group.slice(-2) + end.slice(0, 2) })).toMatchObject({ count: 1, numbers: [eight] });
  expect(await page({ number: eight.slice(0, -1), status: ['CANCELLED'] })).toMatchObject({ count: 0, numbers: [] });
  const all = { number: 'TU-26', first: 2 };
  const first = await page(all);
  expect(first).toMatchObject({ count: 3, numbers: [ten, nine], hasNextPage: true });
  expect(await page({ ...all, after: first.endCursor })).toMatchObject({ numbers: [eight], hasNextPage: false });
  expect(await page({ ...all, createdBefore: '2026-11-20T09:00:00Z' })).toMatchObject({ count: 1, numbers: [eight] });
  expect(await page({ number: end.slice(1) })).toMatchObject({ count: 0, numbers: [] });
  expect(await page({ number: end }, foreign)).toMatchObject({ count: 0, numbers: [] });
});

test('topupOrderByNumber answers the owner and support, and null to everybody else', async () => {
  const [eight] = numbers;
  const asked = async (client: TestClient, number: string) =>
    (await client.query(BY_NUMBER, { number })).topupOrderByNumber;
  const found = { number: eight, organization: { id: '1001' } };
  expect(await asked(buyer, eight)).toEqual(found);
  expect(await asked(support, eight.toLowerCase())).toEqual(found);
  expect(await asked(foreign, eight)).toBeNull();
  expect(await asked(support, 'TU-260101-0000-0000')).toBeNull();
  expect(await asked(support, 'TU-\u0000')).toBeNull();
});
