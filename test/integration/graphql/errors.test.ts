import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import type { GraphqlAnswer, TestClient } from '../../support/app/test-client.ts';

let app: TestApp;
let admin: TestClient;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  admin = await app.client();
});

afterAll(() => app.close());

const codesOf = ({ errors }: GraphqlAnswer<undefined>) => errors?.map(({ extensions }) => extensions['code']);
const QUERY = '{ topupOrders { totalCount } }';

/** An unexpected failure: a table is missing while `run` works. */
async function withoutOrders<T>(run: () => Promise<T>): Promise<T> {
  await app.db.query('alter table topup_orders rename to topup_orders_away');
  try {
    return await run();
  } finally {
    await app.db.query('alter table topup_orders_away rename to topup_orders');
  }
}

test('a correlation id is echoed and stands in the one log line of its request', async () => {
  const answer = await admin.send(QUERY, {}, { 'x-correlation-id': 'page-view.42_a' });
  expect(answer.correlationId).toBe('page-view.42_a');
  const lines = app.logs.filter((line) => line['correlationId'] === 'page-view.42_a' && line['event'] === 'request');
  expect(lines).toEqual([
    expect.objectContaining({
      method: 'POST',
      path: '/graphql',
      status: 200,
      ms: expect.any(Number),
      operation: 'topupOrders',
      operationType: 'query',
      organizationId: '1001',
    }),
  ]);
});

test.each([undefined, 'with space', 'x'.repeat(65), '{"a":1}', '../../etc'])(
  'the server makes a correlation id up in place of %j',
  async (given) => {
    const [one, other] = [
      await admin.send(QUERY, {}, given === undefined ? {} : { 'x-correlation-id': given }),
      await admin.send(QUERY),
    ];
    expect(one.correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.correlationId).not.toBe(other.correlationId);
  },
);

test('an unexpected failure shows only the correlation id, under which the log has the reason', async () => {
  const answer = await withoutOrders(() => admin.send(QUERY, {}, { 'x-correlation-id': 'failing-page' }));
  expect(answer).toMatchObject({ status: 200, data: { topupOrders: null } });
  expect(answer.errors).toEqual([
    {
      message: 'Something went wrong on our side. Name the correlationId when you report it.',
      locations: expect.any(Array),
      path: ['topupOrders'],
      extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: 'failing-page' },
    },
  ]);
  const reasons = app.logs.filter(
    (line) => line['correlationId'] === 'failing-page' && line['event'] === 'field_failed',
  );
  expect(reasons).toEqual([
    expect.objectContaining({ err: expect.objectContaining({ message: expect.stringContaining('topup_orders') }) }),
  ]);
});

test('an unexpected failure of one field leaves the others in place', async () => {
  const answer = await withoutOrders(() => admin.send('{ topupOrders { totalCount } topupOptions { code } }'));
  expect(answer.data).toEqual({ topupOrders: null, topupOptions: expect.arrayContaining([{ code: 'agent_extra' }]) });
});

test('a syntax error is reported with its place', async () => {
  const answer = await admin.send('{ topupOrders {');
  expect(answer.status).toBe(400);
  expect(codesOf(answer)).toEqual(['GRAPHQL_PARSE_FAILED']);
});

test.each([
  ['field', '{ topupOrdrs { totalCount } }'],
  ['argument', '{ topupOrders(frst: 1) { totalCount } }'],
  ['type', 'query ($a: CreateTopupOrderInpu) { __typename }'],
  ['enum value', '{ topupOrders(status: DRAF) { totalCount } }'],
  ['input field', 'mutation { cancelTopupOrder(input: { orderIds: "1" }) { __typename } }'],
])('an unknown %s is refused without a suggestion', async (_kind, query) => {
  const answer = await admin.send(query);
  expect(answer.status).toBe(400);
  expect(new Set(codesOf(answer))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  expect(JSON.stringify(answer.errors)).not.toMatch(/did you mean/i);
});

const CREATE = 'mutation ($input: CreateTopupOrderInput!) { createTopupOrder(input: $input) { order { id } } }';

test.each([
  [
    'a quantity that is no whole number',
    { items: [{ optionId: '1001:muv', quantity: '1.5' }], idempotencyKey: 'k' },
    /input\.items\[0\]\.quantity.*string of digits/,
  ],
  [
    'a quantity that a float has rounded',
    { items: [{ optionId: '1001:muv', quantity: 2 ** 53 }], idempotencyKey: 'k' },
    /string of digits/,
  ],
  ['a negative quantity', { items: [{ optionId: '1001:muv', quantity: -1 }], idempotencyKey: 'k' }, /string of digits/],
  ['a missing key', { items: [] }, /idempotencyKey/],
  ['a member that there is not', { items: [], idempotencyKey: 'k', voucher: 'x' }, /voucher/],
])('%s in the variables is BAD_USER_INPUT and names the right form', async (_kind, input, message) => {
  const answer = await admin.send(CREATE, { input });
  expect(answer.status).toBe(400);
  expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  expect(answer.errors?.[0]?.message).toMatch(message);
});

test('a subscription is refused as the caller’s mistake', async () => {
  const answer = await admin.send('subscription { topupOrders { totalCount } }');
  expect(answer.status).toBe(400);
  expect(codesOf(answer)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
});

test('none of these errors shows a stack, SQL, or a place in our code', async () => {
  const answers = await withoutOrders(() =>
    Promise.all([QUERY, '{ a', '{ nothing }', 'subscription { a }'].map((query) => admin.send(query))),
  );
  for (const { errors } of answers) {
    expect(errors).not.toBeUndefined();
    expect(JSON.stringify(errors)).not.toMatch(/stack|select |\brelation\b|node_modules|\.ts\b|\/src\//);
  }
});
