import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';

const GRAPHQL = 'application/graphql-response+json';
const SECRET = 'the-gateway-secret-of-this-test';
const ENV = { MUTATIONS_PER_MINUTE: '1' };

let open: TestApp;
let mode: TestApp;
let guarded: TestApp;
let token: string;
let hasty: string;

beforeAll(async () => {
  open = await startApp({ withoutBackground: true, env: ENV });
  const start = (env: Record<string, string>) =>
    startApp({ withoutBackground: true, shared: open, env: { ...ENV, ...env } });
  mode = await start({ GATEWAY_MODE: 'on' });
  guarded = await start({ GATEWAY_SECRET: SECRET });
  token = await open.sandbox.auth.token();
  hasty = await open.sandbox.auth.token({ sub: 'hasty' });
  for (const app of [open, mode, guarded]) await ask(app, { query: MUTATION, bearer: hasty });
});

afterAll(async () => {
  await guarded?.close();
  await mode?.close();
  await open?.close();
});

const MUTATION = 'mutation { cancelTopupOrder(input: { orderId: "1" }) { userErrors { code } } }';

interface Asked {
  query: unknown;
  variables?: object;
  bearer?: string;
  accept?: string;
  secret?: string;
}

async function ask(app: TestApp, { query, variables, bearer = token, accept = '*/*', secret = SECRET }: Asked) {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      accept,
      'content-type': 'application/json',
      authorization: `Bearer ${bearer}`,
      'x-gateway-secret': secret,
      'x-correlation-id': 'this-call',
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = await response.json();
  return { status: response.status, headers: response.headers, data, extensions: errors[0]?.extensions };
}

type Refused = [kind: string, status: number, code: string, facts: object, asked: () => Asked];

const over = (limitName: string, limit: number, figure: unknown) => ({ limitName, limit, figure });
const PAGE =
  'topupOrders(first: 100) { edges { node { lines { unitPrice { amount } amount { amount } } timeline { at } } } }';

/** Every kind of refusal, with its status where the caller gets one. The figures are written by hand. */
const REFUSED: Refused[] = [
  ['no GraphQL', 400, 'GRAPHQL_PARSE_FAILED', {}, () => ({ query: '{ topupOrders {' })],
  [
    'too many tokens',
    400,
    'GRAPHQL_PARSE_FAILED',
    over('tokens', 1000, 1001),
    () => ({ query: `{ ${'a '.repeat(1200)} }` }),
  ],
  ['an unknown field', 400, 'GRAPHQL_VALIDATION_FAILED', {}, () => ({ query: '{ nothing }' })],
  [
    'too deep a query',
    400,
    'GRAPHQL_VALIDATION_FAILED',
    over('depth', 15, 31),
    () => ({ query: `{ ${'a { '.repeat(30)} a ${'} '.repeat(30)} }` }),
  ],
  [
    'too long a query',
    400,
    'GRAPHQL_VALIDATION_FAILED',
    over('document bytes', 16_384, 20_013),
    () => ({ query: `{ __typename${' '.repeat(20_000)}}` }),
  ],
  [
    'too dear a query',
    400,
    'GRAPHQL_VALIDATION_FAILED',
    // Each page: itself, and 100 times an edge, an order, 5 lines of 3 objects and 5 events.
    over('cost', 6000, 3 * (1 + 100 * (2 + 15 + 5))),
    () => ({ query: `{ a: ${PAGE} b: ${PAGE} c: ${PAGE} }` }),
  ],
  [
    'several operations',
    400,
    'OPERATION_RESOLUTION_FAILURE',
    {},
    () => ({ query: 'query A { __typename } query B { __typename }' }),
  ],
  [
    'a variable of another type',
    400,
    'BAD_USER_INPUT',
    {},
    () => ({ query: 'query ($n: Int) { topupOrders(first: $n) { totalCount } }', variables: { n: 'x' } }),
  ],
  [
    'too long a variable',
    400,
    'BAD_USER_INPUT',
    over('variables: length of a string', 2000, 2001),
    () => ({ query: '{ __typename }', variables: { a: 'x'.repeat(2001) } }),
  ],
  [
    'a subscription',
    400,
    'GRAPHQL_VALIDATION_FAILED',
    {},
    () => ({ query: 'subscription { topupOrders { totalCount } }' }),
  ],
  ['an invalid token', 401, 'UNAUTHENTICATED', {}, () => ({ query: '{ __typename }', bearer: 'a.b.c' })],
  [
    'too many mutations',
    429,
    'RATE_LIMITED',
    { ...over('mutations per minute', 1, expect.any(Number)), retryAfterSeconds: expect.any(Number) },
    () => ({ query: MUTATION, bearer: hasty }),
  ],
];

describe.each(REFUSED)('%s', (_kind, status, code, facts, asked) => {
  const extensions = expect.objectContaining({ code, correlationId: 'this-call', ...facts });

  test.each([GRAPHQL, `${GRAPHQL},application/json;q=0.9`, `application/json;q=0.5, ${GRAPHQL}`])(
    `answers ${status} under %j`,
    async (accept) => {
      expect(await ask(open, { ...asked(), accept })).toMatchObject({ status, extensions });
    },
  );

  test.each(['application/json', '*/*', `application/json, ${GRAPHQL}`, `${GRAPHQL};q=0.1, */*;q=0.2`])(
    'answers 200 under %j',
    async (accept) => {
      expect(await ask(open, { ...asked(), accept })).toMatchObject({ status: 200, data: undefined, extensions });
    },
  );

  test('answers 200 to a gateway, whatever it accepts', async () => {
    for (const app of [mode, guarded]) {
      expect(await ask(app, { ...asked(), accept: GRAPHQL })).toMatchObject({ status: 200, extensions });
    }
  });
});

test('a caller without the secret is refused in every case', async () => {
  for (const accept of [GRAPHQL, 'application/json']) {
    const { status, extensions } = await ask(guarded, { query: '{ __typename }', accept, secret: 'another' });
    expect({ status, extensions }).toEqual({
      status: 403,
      extensions: { code: 'FORBIDDEN', correlationId: 'this-call' },
    });
  }
});

test.each<[string, unknown]>([
  ['a query that is no text', 7],
  ['no query', undefined],
])('%s is no GraphQL request, and answers 400 under every media type', async (_kind, query) => {
  for (const app of [open, mode]) {
    for (const accept of [GRAPHQL, 'application/json']) {
      expect(await ask(app, { query, variables: {}, accept })).toMatchObject({
        status: 400,
        extensions: { code: 'BAD_REQUEST' },
      });
    }
  }
});

test('the wait of a caller over the limit is the same in the header and in the error', async () => {
  const { headers, extensions } = await ask(open, { query: MUTATION, bearer: hasty });
  expect(Number(headers.get('retry-after'))).toBe(extensions.retryAfterSeconds);
  expect(extensions.retryAfterSeconds).toBeGreaterThanOrEqual(1);
});

test('the status is an error exactly if the answer has the media type of GraphQL', async () => {
  const types = fc.constantFrom('application/json', GRAPHQL, '*/*', 'application/*', 'text/html');
  const weight = fc.constantFrom('', ';q=1', ';q=0.7', ';q=0.3', ';q=0');
  const accepts = fc.array(
    fc.tuple(types, weight).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(accepts, async (accept) => {
      const { status, headers } = await ask(open, { query: '{ nothing }', accept: accept.join(', ') });
      if (status === 406) return;
      const type = headers.get('content-type')?.split(';')[0];
      expect({ status, type }).toEqual(
        status === 200 ? { status: 200, type: 'application/json' } : { status: 400, type: GRAPHQL },
      );
    }),
    { numRuns: 60 },
  );
});
