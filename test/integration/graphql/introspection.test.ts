import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';

const SECRETS = ['the-first-gateway-secret', 'the-second-gateway-secret'] as const;
const GATEWAY = { 'x-gateway-secret': SECRETS[0] };
const TRACED = { 'apollo-federation-include-trace': 'ftv1' };
const REFERENCE = '{ _entities(representations: [{ __typename: "Organization", id: "1001" }]) { __typename } }';

/** Three servers: without the setting; with the setting; with the gateway's secret. */
let closed: TestApp;
let open: TestApp;
let guarded: TestApp;

beforeAll(async () => {
  closed = await startApp({ withoutBackground: true });
  const replica = (env: Record<string, string>) => startApp({ withoutBackground: true, shared: closed, env });
  open = await replica({ GRAPH_SCHEMA_PUBLIC: 'on' });
  guarded = await replica({ GATEWAY_SECRET: SECRETS.join(',') });
});

afterAll(async () => {
  await open?.close();
  await guarded?.close();
  await closed.close();
});

/** Two servers that answer introspection, each with the headers that it requires. */
const doors: [name: string, app: () => TestApp, headers: Record<string, string>][] = [
  ['by the setting', () => open, {}],
  ['by the gateway’s secret', () => guarded, GATEWAY],
];

const ASKING: [what: string, query: string][] = [
  ['__schema', '{ __schema { queryType { name } } }'],
  ['__type', '{ __type(name: "TopupOrder") { fields { name } } }'],
  ['_service', '{ _service { sdl } }'],
];

const HIDDEN: [way: string, query: (field: string) => string][] = [
  ['directly', (field) => `{ ${field} }`],
  ['under an alias', (field) => `{ topupOrders { totalCount } a: ${field} }`],
  ['in a fragment', (field) => `{ ...F } fragment F on Query { ${field} }`],
  ['in an inline fragment', (field) => `{ ... on Query { ... { ${field} } } }`],
  ['with @skip', (field) => `query ($yes: Boolean = true) { ${field.replace('{', '@skip(if: $yes) {')} }`],
  ['in an operation that does not run', (field) => `query A { topupOrders { totalCount } } query B { ${field} }`],
];

describe('a direct caller, without any setting', () => {
  test.each(ASKING.flatMap(([what, query]) => HIDDEN.map(([way, hide]) => [what, way, hide(query.slice(2, -2))])))(
    'gets no %s, selected %s',
    async (_what, _way, query) => {
      for (const client of [await closed.client(), await closed.client({ scope: 'topup:support' })]) {
        const { status, data, errors } = await client.send(query);
        expect({ status, data, codes: errors?.map(({ extensions }) => extensions) }).toEqual({
          status: 400,
          data: undefined,
          codes: [{ code: 'GRAPHQL_VALIDATION_FAILED', correlationId: expect.any(String) }],
        });
        expect(JSON.stringify(errors)).not.toMatch(/sdl|queryType|TopupOrder\b|did you mean/i);
      }
    },
  );

  test('gets no trace for any request', async () => {
    const { token } = await closed.client();
    expect(await traced(closed, token, '{ topupOrders { totalCount } }')).toEqual({
      data: { topupOrders: { totalCount: 0 } },
    });
  });

  test('gets __typename, and references with a token', async () => {
    const admin = await closed.client();
    expect(await admin.query('{ __typename }')).toEqual({ __typename: 'Query' });
    expect(await admin.query(REFERENCE)).toEqual({ _entities: [{ __typename: 'Organization' }] });
    const other = await closed.client({ organization_id: '1002' });
    expect(await other.query(REFERENCE)).toEqual({ _entities: [null] });
  });
});

describe.each(doors)('opened %s', (_name, app, headers) => {
  test.each(ASKING)('it answers %s', async (_what, query) => {
    const { status, data, errors } = await (await app().client()).send(query, {}, headers);
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
    expect(JSON.stringify(data)).toMatch(/"(name|sdl)":/);
  });

  test('the SDL is that of the schema', async () => {
    const { data } = await (await app().client()).send('{ _service { sdl } }', {}, headers);
    expect(data._service.sdl).toContain('type TopupOrder @key(fields: "id")');
  });

  test('it adds a trace on request only', async () => {
    const { token } = await app().client();
    const query = '{ topupOrders { totalCount } }';
    const { data, extensions } = await traced(app(), token, query, headers);
    expect(data).toEqual({ topupOrders: { totalCount: 0 } });
    const trace = Buffer.from(extensions.ftv1, 'base64').toString('latin1');
    expect(trace).toContain('topupOrders');
    expect(trace).toContain('totalCount');
    for (const other of ['', 'ftv2', 'FTV1, x']) {
      expect(await traced(app(), token, query, headers, other)).not.toHaveProperty('extensions');
    }
  });

  test('the trace marks an error without its message', async () => {
    const { token } = await app().client({ organization_id: '1002' });
    const query = '{ topupOrders(organizationId: "1001") { totalCount } }';
    const { errors, extensions } = await traced(app(), token, query, headers);
    expect(errors[0].message).toMatch(/does not belong/);
    const trace = Buffer.from(extensions.ftv1, 'base64').toString('latin1');
    expect(trace).toContain('<masked>');
    expect(trace).not.toMatch(/does not belong|FORBIDDEN/);
  });
});

describe('with secrets set', () => {
  test.each(ASKING.map(([, query]) => query).concat(REFERENCE, '{ __typename }', '{ nonsense', '{ nothing }'))(
    'a request without a secret is refused before %s',
    async (query) => {
      const { status, data, errors } = await (await guarded.client()).send(query, {}, TRACED);
      expect({ status, data, errors }).toEqual({
        status: 403,
        data: undefined,
        errors: [
          {
            message: 'Only the gateway may call this.',
            extensions: { code: 'FORBIDDEN', correlationId: expect.any(String) },
          },
        ],
      });
    },
  );

  test('a request without a secret is refused before its faults are reported', async () => {
    const bodies: RequestInit[] = [
      { body: '{', headers: { 'content-type': 'application/json' } },
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      { body: 'x'.repeat(600_000), headers: { 'content-type': 'application/json' } },
    ];
    for (const init of bodies) {
      expect((await fetch(`${guarded.url}/graphql`, { method: 'POST', ...init })).status).toBe(403);
    }
    expect((await fetch(`${guarded.url}/graphql?query={__typename}`)).status).toBe(403);
  });

  test.each<[string, readonly string[], number]>([
    ['the first', [SECRETS[0]], 200],
    ['the second', [SECRETS[1]], 200],
    ['none', [], 403],
    ['an empty one', [''], 403],
    ['the same one twice', [SECRETS[0], SECRETS[0]], 403],
    ['both', SECRETS, 403],
    ['a wrong one and then the right one', ['the-third-gateway-secret', SECRETS[0]], 403],
    ['the right one and then an empty one', [SECRETS[0], ''], 403],
    ['all as they are set', [SECRETS.join(',')], 403],
    ['a part', [SECRETS[0].slice(0, -1)], 403],
    ['more', [`${SECRETS[0]}s`], 403],
    ['other letters', [SECRETS[0].toUpperCase()], 403],
  ])('%s: %j answers %i', async (_kind, secrets, status) => {
    const headers = ['host', 'localhost', 'apollo-require-preflight', 'true'];
    headers.push(...secrets.flatMap((secret) => ['x-gateway-secret', secret]));
    const answered = await new Promise((resolve, reject) => {
      const sent = request(`${guarded.url}/graphql?query={__typename}`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end();
    });
    expect(answered).toBe(status);
  });
});

/** Returns the whole answer: the client does not expose its extensions. */
async function traced(app: TestApp, token: string, query: string, headers = {}, asked = 'ftv1') {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...headers,
      'apollo-federation-include-trace': asked,
    },
    body: JSON.stringify({ query }),
  });
  return response.json();
}
