import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';

const SHOP = 'https://shop.example.test';
const OFFICE = 'http://office.example.test:8080';
const STRANGER = 'https://elsewhere.example.test';
const REST = '/iag/v1/topup-configurations';

let app: TestApp;
let open: TestApp;
let token: string;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
  open = await startApp({
    withoutBackground: true,
    shared: app,
    env: { CORS_ORIGINS: `${SHOP}, ${OFFICE}` },
  });
  token = await app.sandbox.auth.token();
});

afterAll(async () => {
  await open?.close();
  await app?.close();
});

async function ask(of: TestApp, method: string, path: string, headers: Record<string, string> = {}) {
  const own: Record<string, string> = { authorization: `Bearer ${token}` };
  const body = method === 'POST' ? JSON.stringify({ query: '{ topupOrders { totalCount } }' }) : null;
  if (body !== null) own['content-type'] = 'application/json';
  const answer = await fetch(of.url + path, { method, body, headers: { ...own, ...headers } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const preflight = (of: TestApp, path: string, origin: string, wanted = 'authorization,content-type') =>
  ask(of, 'OPTIONS', path, {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': wanted,
  });

const corsOf = (headers: Headers) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));

test.each([
  ['the graph', 'POST', '/graphql', 200],
  ['REST', 'GET', REST, 200],
  ['a mistake', 'GET', '/graphql', 400],
  ['the webhook', 'POST', '/webhooks/mekari-pay', 401],
  ['health', 'GET', '/livez', 200],
  ['metrics', 'GET', '/metrics', 200],
  ['an unknown path', 'GET', '/nothing', 404],
  ['a method that the route does not have', 'DELETE', '/graphql', 405],
])('an answer of %s is data: no cache, frame, rendering or type sniffing', async (_kind, method, path, status) => {
  const answer = await ask(app, method, path);
  expect(answer.status).toBe(status);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  for (const name of ['server', 'x-powered-by', 'etag']) expect(answer.headers.has(name), name).toBe(false);
});

test('no origin is admitted without the setting, and no header mentions one', async () => {
  for (const { headers } of [
    await preflight(app, '/graphql', SHOP),
    await ask(app, 'POST', '/graphql', { origin: SHOP }),
    await ask(app, 'GET', REST, { origin: SHOP }),
  ]) {
    expect(corsOf(headers)).toEqual([]);
    expect(headers.get('vary')).toBeNull();
  }
});

test.each([SHOP, OFFICE])('a page of the configured origin %s may query the graph with a token', async (origin) => {
  const asked = await preflight(open, '/graphql', origin);
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
  expect(asked.headers.get('access-control-allow-methods')).toBe('GET, POST');
  expect(asked.headers.get('access-control-allow-headers')?.split(', ')).toEqual(
    expect.arrayContaining([
      'authorization',
      'content-type',
      'apollo-require-preflight',
      'apollographql-client-name',
      'apollographql-client-version',
      'x-apollo-operation-name',
      'x-correlation-id',
    ]),
  );
  const answer = await ask(open, 'POST', '/graphql', { origin });
  expect({ status: answer.status, text: answer.text }).toEqual({
    status: 200,
    text: '{"data":{"topupOrders":{"totalCount":0}}}\n',
  });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  expect(answer.headers.get('access-control-expose-headers')).toBe('x-correlation-id, retry-after');
});

test('a page of it may read the REST routes and its own errors', async () => {
  const found = await ask(open, 'GET', REST, { origin: SHOP });
  expect({ status: found.status, origin: found.headers.get('access-control-allow-origin') }).toEqual({
    status: 200,
    origin: SHOP,
  });
  const refused = await ask(open, 'GET', REST, { origin: SHOP, authorization: 'Bearer nonsense' });
  expect({ status: refused.status, origin: refused.headers.get('access-control-allow-origin') }).toEqual({
    status: 401,
    origin: SHOP,
  });
  expect((await preflight(open, REST, SHOP)).headers.get('access-control-allow-methods')).toBe('GET');
});

test('cookies, the gateway secret and unknown headers are not allowed', async () => {
  const { headers } = await preflight(open, '/graphql', SHOP, 'x-gateway-secret,x-anything');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  expect(headers.get('access-control-allow-headers')).not.toMatch(/x-gateway-secret|x-anything|\*/);
});

test.each([
  ['another origin', STRANGER],
  ['the scheme alone is another', SHOP.replace('https', 'http')],
  ['a port more', `${SHOP}:8443`],
  ['a name that begins alike', `${SHOP}.example.test`],
  ['a name below', 'https://sub.shop.example.test'],
  ['no name', 'null'],
])('%s gets no CORS header', async (_kind, origin) => {
  const asked = await preflight(open, '/graphql', origin);
  expect({ status: asked.status, cors: corsOf(asked.headers) }).toEqual({ status: 405, cors: [] });
  const answer = await ask(open, 'POST', '/graphql', { origin });
  expect(corsOf(answer.headers)).toEqual([]);
});

test('a cache keeps the answers of different origins apart', async () => {
  for (const origin of [SHOP, STRANGER]) {
    const { headers } = await ask(open, 'POST', '/graphql', { origin });
    expect(headers.get('vary')).toContain('Origin');
  }
});

test.each(['/webhooks/mekari-pay', '/metrics', '/readyz', '/nothing'])(
  'pages cannot call %s, whatever their origin',
  async (path) => {
    const { status, headers } = await preflight(open, path, SHOP);
    expect([404, 405]).toContain(status);
    expect(corsOf(headers)).toEqual([]);
  },
);

test('an admitted origin still cannot send a request without a preflight', async () => {
  const { status, text } = await ask(open, 'POST', '/graphql', { origin: SHOP, 'content-type': 'text/plain' });
  expect([400, 415]).toContain(status);
  expect(text).not.toContain('"data"');
});
