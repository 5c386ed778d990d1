import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';

let app: TestApp;
let token: string;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  token = await app.sandbox.auth.token();
});

afterAll(() => app.close());

const TYPENAME = '{ __typename }';
const MUTATION = 'mutation { cancelTopupOrder(input: { orderId: "1" }) { __typename } }';

async function ask(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
  const headers = { authorization: `Bearer ${token}`, ...init.headers };
  const response = await fetch(`${app.url}${path}`, { ...init, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const post = (body: string, contentType = 'application/json') =>
  ask('/graphql', { method: 'POST', body, headers: { 'content-type': contentType } });

test.each([
  ['broken JSON', '{"query":'],
  ['nothing', ''],
  ['an empty object', '{}'],
  ['null', 'null'],
  ['a text', '"{ __typename }"'],
  ['a query that is no text', '{"query":7}'],
  ['variables that are no object', `{"query":"${TYPENAME}","variables":7}`],
])('%s as the body is the caller’s mistake', async (_kind, body) => {
  const { status, text } = await post(body);
  expect(status).toBe(400);
  expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|stack/);
});

test('a body of more than 128 KB is refused', async () => {
  expect((await post(JSON.stringify({ query: TYPENAME, padding: 'x'.repeat(132_000) }))).status).toBe(413);
});

test('a batch is refused, and none of it runs', async () => {
  const { status, text } = await post(JSON.stringify([{ query: TYPENAME }, { query: TYPENAME }]));
  expect(status).toBe(400);
  expect(text).not.toContain('"data"');
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
  'a POST of %j, which a foreign page could make a browser send, is refused',
  async (contentType) => {
    const { status, text } = await ask('/graphql', {
      method: 'POST',
      body: Buffer.from(JSON.stringify({ query: TYPENAME })),
      headers: contentType === '' ? {} : { 'content-type': contentType },
    });
    expect([400, 415]).toContain(status);
    expect(text).not.toContain('"data"');
  },
);

test.each([
  ['no header', {}, 400],
  ['an empty token', { authorization: '' }, 400],
  ['the preflight header', { 'apollo-require-preflight': 'true' }, 200],
  // A browser sends a stored password without a preflight. It opens nothing.
  ['a password', { authorization: 'Basic YTpi' }, 401],
])('a GET with %s answers %o with %i', async (_what, headers: Record<string, string>, status) => {
  const accept = 'application/graphql-response+json';
  const path = `/graphql?query=${encodeURIComponent(TYPENAME)}`;
  expect((await fetch(`${app.url}${path}`, { headers: { accept, ...headers } })).status).toBe(status);
});

test('a GET as urql sends it, with a token alone, is answered', async () => {
  const query = 'query Orders($first: Int) { topupOrders(first: $first) { totalCount } }';
  const search = new URLSearchParams({ operationName: 'Orders', query, variables: '{"first":1}' });
  const accept =
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';
  const asked = await ask(`/graphql?${search}`, { headers: { accept } });
  expect(asked).toMatchObject({ status: 200, text: '{"data":{"topupOrders":{"totalCount":0}}}\n' });
});

test('a persisted query is refused by its code, upon which a client sends the whole text', async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
  const { status, text } = await post(JSON.stringify({ extensions }));
  expect({ status, codes: JSON.parse(text).errors.map((error: { extensions: object }) => error.extensions) }).toEqual({
    status: 200,
    codes: [{ code: 'PERSISTED_QUERY_NOT_SUPPORTED', correlationId: expect.any(String) }],
  });
});

test('a mutation by GET is refused', async () => {
  const path = `/graphql?query=${encodeURIComponent(MUTATION)}`;
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    expect((await ask(path, { headers: { accept } })).status).toBe(405);
  }
});

test('CORS admits no other origin', async () => {
  const { headers } = await ask('/graphql', {
    method: 'OPTIONS',
    headers: { origin: 'https://elsewhere.example.test', 'access-control-request-method': 'POST' },
  });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('both media types of GraphQL over HTTP are answered in kind', async () => {
  for (const accept of ['application/json', 'application/graphql-response+json']) {
    const { headers } = await ask('/graphql', {
      method: 'POST',
      body: JSON.stringify({ query: TYPENAME }),
      headers: { 'content-type': 'application/json', accept },
    });
    expect(headers.get('content-type')).toContain(accept);
  }
});

test('the query string is not logged, since it may hold anything', async () => {
  await ask(`/graphql?query=${encodeURIComponent('query TopSecret { __typename }')}`, {
    headers: { 'apollo-require-preflight': 'true' },
  });
  await ask('/nothing?token=TopSecret');
  expect(app.logs.filter((line) => line['event'] === 'request').length).toBeGreaterThan(1);
  expect(JSON.stringify(app.logs)).not.toContain('TopSecret');
});
