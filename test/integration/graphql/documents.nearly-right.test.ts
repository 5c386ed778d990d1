import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import type { TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let client: TestClient;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  client = await app.client();
});

afterAll(() => app.close());

const CREATE = 'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }';
const item = { optionId: '1001:muv', quantity: '500' };

/** Each name is one letter away from an existing one. */
test.each<[string, string, Record<string, unknown>?]>([
  ['a field', '{ topupOption { code } }'],
  ['a field of a type', '{ topupOptions { cod } }'],
  ['an argument', '{ topupOrders(firs: 1) { totalCount } }'],
  ['an enum value', '{ topupOrders(status: [DRAF]) { totalCount } }'],
  [
    'an enum value in a variable',
    'query ($s: [TopupOrderStatus!]) { topupOrders(status: $s) { totalCount } }',
    { s: ['DRAF'] },
  ],
  [
    'an enum value as a text',
    'query ($s: [TopupOrderStatus!]) { topupOrders(status: $s) { totalCount } }',
    { s: 'paid' },
  ],
  ['a member of an input', 'mutation { cancelTopupOrder(input: { orderI: "1" }) { order { id } } }'],
  ['a member of a variable', CREATE, { input: { items: [item], idempotencyKey: 'k', idempotencyKe: 'k' } }],
  ['a member deep in a variable', CREATE, { input: { items: [{ ...item, quantit: '1' }], idempotencyKey: 'k' } }],
  ['a type', 'query ($s: TopupOrderStatu) { topupOrders { totalCount } }'],
  ['a type of a fragment', '{ topupOrders { ... on TopupOrderConnectio { totalCount } } }'],
  ['a directive', '{ topupOrders @skp(if: true) { totalCount } }'],
])('%s with a typo is refused without a suggestion', async (_what, query, variables) => {
  const { status, errors = [] } = await client.send(query, variables);
  expect(status).toBe(400);
  expect(errors.length).toBeGreaterThan(0);
  for (const { message } of errors) {
    expect(message).toMatch(/^\S.{10,}[^ ]$/s);
    expect(message).not.toMatch(/did you mean/i);
  }
});
