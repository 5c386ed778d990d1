import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOSTILE_REQUESTS } from '../../../bench/hostile/index.ts';
import type { HostileRequest } from '../../../bench/hostile/requests.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';

let app: TestApp;
let headers: Record<string, string>;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  const token = await app.sandbox.auth.token();
  headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
    'apollo-require-preflight': 'true',
  };
});
afterAll(() => app.close());

async function send({ send }: Pick<HostileRequest, 'send'>) {
  const response =
    'body' in send
      ? await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: send.body })
      : await fetch(`${app.url}/graphql${send.search}`, { headers });
  const text = await response.text();
  return { status: response.status, text, answer: JSON.parse(text) };
}

const named = HOSTILE_REQUESTS.map((request) => [`${request.kind}: ${request.name}`, request] as const);

test('the list holds more than a hundred documents, each once', () => {
  expect(named.length).toBeGreaterThan(100);
  expect(new Set(HOSTILE_REQUESTS.map((request) => JSON.stringify(request.send))).size).toBe(named.length);
});

test.each(named)('%s is refused with its code and a short answer', async (_name, request) => {
  const { status, text, answer } = await send(request);
  expect({ status, code: answer.errors?.[0]?.extensions.code, data: answer.data }).toEqual({
    status: request.status,
    code: request.code,
    data: undefined,
  });
  expect(text.length).toBeLessThan(8_000);
});

test('a document that passed with small variables is refused with large ones: Apollo caches the document alone', async () => {
  const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }';
  const ask = async (count: number) => {
    const of = Array.from({ length: count }, () => ({ __typename: 'Organization', id: '1001' }));
    return (await send({ send: { body: JSON.stringify({ query, variables: { of } }) } })).status;
  };
  expect([await ask(2), await ask(1501), await ask(500)]).toEqual([200, 400, 200]);
});

test('a refused mutation changes nothing, and __typename beside one does not count as a second', async () => {
  const create = (beside: string) => `mutation ($input: CreateTopupOrderInput!) {
    createTopupOrder(input: $input) { order { id } userErrors { code } } ${beside}
  }`;
  const items = [{ optionId: '1001:agent_extra', quantity: '1' }];
  const buyer = await app.client();
  const orders = async () => (await buyer.query('{ topupOrders { totalCount } }')).topupOrders.totalCount;
  const two = create('again: createTopupOrder(input: $input) { order { id } }');
  expect((await buyer.send(two, { input: { items, idempotencyKey: 'two at once' } })).status).toBe(400);
  expect(await orders()).toBe(0);
  const { createTopupOrder } = await buyer.query(create('__typename'), { input: { items, idempotencyKey: 'one' } });
  expect(createTopupOrder.userErrors).toEqual([]);
  expect(await orders()).toBe(1);
});

test('an error code is logged once, however often the answer repeats it', async () => {
  const query = '{ a: topupOptions { id } b: topupOptions { id } c: excessUsages { code } }';
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-correlation-id': 'three-errors' },
    body: JSON.stringify({ query }),
  });
  expect((await response.json()).errors).toHaveLength(3);
  const line = app.logs.find((each) => each['event'] === 'request' && each['correlationId'] === 'three-errors');
  expect(line?.['errorCodes']).toEqual(['UNAUTHENTICATED']);
});

const PAGE = `{ topupOptions { code unitPrice { amount } balance { balance } } }`;

test('a valid page is answered in full beside all of them', async () => {
  const innocent = await app.client({ sub: 'innocent' });
  const { topupOptions: before } = await innocent.query(PAGE);
  const [pages] = await Promise.all([
    Promise.all(Array.from({ length: 20 }, () => innocent.query(PAGE))),
    ...HOSTILE_REQUESTS.map(send),
  ]);
  expect(before.length).toBeGreaterThan(2);
  for (const { topupOptions } of pages) expect(topupOptions).toEqual(before);
});

test('a refused document leaves nothing in the log and no name in the metrics', async () => {
  const lines = app.logs.map((line) => JSON.stringify(line));
  expect(lines.filter((line) => line.length > 2_000)).toEqual([]);
  expect(app.logs.filter((line) => Number(line['level']) >= 50)).toEqual([]);
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  const names = new Set([...metrics.matchAll(/^graphql_operations_total\{name="([^"]*)"/gm)].map(([, name]) => name));
  const roots = ['topupOptions', 'excessUsages', 'hiddenTopupOptions', 'topupOrder', 'topupOrders', '_entities'];
  const known = [...roots, 'createTopupOrder', '__typename', '__schema', '__type', 'query', 'refused'];
  expect([...names].filter((name) => !known.includes(name ?? ''))).toEqual([]);
  expect(names).toContain('refused');
});
