import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { type RawAnswer, sendRaw } from '../../support/http/raw-http.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ withoutBackground: true });
});

afterAll(() => app.close());

const QUERY = JSON.stringify({ query: '{ __typename }' });
const JSON_TYPE = 'content-type: application/json';

interface Shape {
  method?: string;
  path?: string;
  version?: string;
  host?: readonly string[];
  type?: string;
  headers?: readonly string[];
  body?: string;
}

/** A valid graph request except for the given parts. */
function request(shape: Shape = {}): string {
  const { method = 'POST', path = '/graphql', version = '1.1', host = ['host: here'], body = QUERY } = shape;
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const head = [...host, shape.type ?? JSON_TYPE, length, ...(shape.headers ?? []), 'connection: close'];
  return `${method} ${path} HTTP/${version}\r\n${head.join('\r\n')}\r\n\r\n${body}`;
}

const get = (path: string) => request({ method: 'GET', path, body: '', headers: ['apollo-require-preflight: 1'] });

/** A request with a chunked body: `rest` follows the headers. */
const chunked = (headers: readonly string[], rest = '0\r\n\r\n') =>
  `POST /graphql HTTP/1.1\r\n${['host: here', JSON_TYPE, ...headers, 'connection: close'].join('\r\n')}\r\n\r\n${rest}`;

async function only(bytes: string): Promise<RawAnswer> {
  const answers = await sendRaw(app.url, bytes);
  expect(answers).toHaveLength(1);
  return answers[0] as RawAnswer;
}

/** GraphQL's shape: one error that blames the caller, and nothing else. */
const refusal = (code = 'BAD_REQUEST') => ({
  errors: [expect.objectContaining({ message: expect.any(String), extensions: expect.objectContaining({ code }) })],
});

test('the well-formed request is answered', async () => {
  expect(await only(request())).toMatchObject({ status: 200, body: '{"data":{"__typename":"Query"}}\n' });
});

describe('a malformed graph request gets an answer in the shape of GraphQL', () => {
  test.each<[string, number, string]>([
    ['JSON that does not parse', 400, request({ body: '{"query":' })],
    ['JSON too deep to parse', 400, request({ body: `{"query":${'['.repeat(100_000)}` })],
    ['no body', 400, request({ body: '' })],
    ['no body and no type', 400, request({ body: '', type: 'x-none: 1' })],
    ['null', 400, request({ body: 'null' })],
    ['a key __proto__', 400, request({ body: '{"query":"{ __typename }","__proto__":{"a":1}}' })],
    [
      'variables with __proto__',
      400,
      request({ body: '{"query":"{ __typename }","variables":{"__proto__":{"a":1}}}' }),
    ],
    ['constructor.prototype', 400, request({ body: '{"query":"{a}","constructor":{"prototype":{"a":1}}}' })],
    ['variables that do not parse', 400, get('/graphql?query=%7B__typename%7D&variables=%7B')],
    ['two queries in one GET', 400, get('/graphql?query=%7B__typename%7D&query=%7B__typename%7D')],
    ['a body without a type', 415, request({ type: 'x-none: 1' })],
    ['another type', 415, request({ type: 'content-type: application/xml' })],
    ['an invalid type', 415, request({ type: 'content-type: ;;;' })],
    ['a body that is too large', 413, request({ body: JSON.stringify({ query: 'x'.repeat(600_000) }) })],
    ['a body that says it is enormous', 413, chunked(['content-length: 99999999999'], '')],
    ['a chunk of an absurd size', 400, chunked(['transfer-encoding: chunked'], 'ffffffffffffffffff\r\n')],
    ['an invalid coding', 400, chunked(['transfer-encoding: xchunked'])],
    ['an answer that we do not have', 406, request({ headers: ['accept: image/png'] })],
    ['an invalid Accept', 406, request({ headers: ['accept: ;;q=x'] })],
    ['an empty Host', 400, request({ host: ['host:'] })],
    ['an invalid Host', 400, request({ host: ['host: ['] })],
    ['a Host with spaces', 400, request({ host: ['host: a b'] })],
    ['an invalid port', 400, request({ host: ['host: here:99999999'] })],
    ['two Hosts', 400, request({ host: ['host: here', 'Host: there'] })],
    ['HTTP/1.0 without a Host', 400, request({ host: [], version: '1.0' })],
    ...['OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'QUERY', 'PROPFIND', 'M-SEARCH'].map(
      (method): [string, number, string] => [method, 405, request({ method })],
    ),
  ])('%s is %i', async (_kind, status, bytes) => {
    const answer = await only(bytes);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual(refusal());
  });

  test('a client with the graph’s own media type is answered in it', async () => {
    const { headers } = await only(
      request({ body: '{', headers: ['accept: application/graphql-response+json, application/json;q=0.9'] }),
    );
    expect(headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
  });

  test('a variable named __proto__ in a GET is neither input nor prototype', async () => {
    const query = 'query ($input: CancelTopupOrderInput!) { topupOrders { totalCount } }';
    const variables = '{"input":{"__proto__":{"orderId":"1"},"orderId":"1"}}';
    const answer = await only(get(`/graphql?${new URLSearchParams({ query, variables })}`));
    expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    expect({}).not.toHaveProperty('orderId');
  });
});

describe('a malformed request of any route is refused', () => {
  test.each<[string, number, string]>([
    ['a path with an empty part', 404, request({ path: '//graphql' })],
    ['two slashes', 404, request({ path: '//' })],
    ['a path that ends with a slash', 404, request({ path: '/graphql/' })],
    ['a path with a dot', 404, request({ path: '/./graphql' })],
    ['a path with two dots', 404, request({ path: '/nothing/../graphql' })],
    ['an encoded slash', 404, request({ path: '/graphql%2f' })],
    ['an encoded NUL', 404, request({ path: '/graphql%00' })],
    ['capitals', 404, request({ path: '/GraphQL' })],
    ['a long path', 404, request({ path: `/${'a'.repeat(10_000)}` })],
    ['a path that cannot be decoded', 400, request({ path: '/%zz' })],
    ['a part of an encoding', 400, request({ path: '/%' })],
    ['an invalid address', 400, request({ path: 'http://[/graphql' })],
    ['a path without a slash', 400, request({ path: 'graphql' })],
    ['all of the server', 404, request({ method: 'OPTIONS', path: '*' })],
    ['a query string of 100 KB', 431, get(`/graphql?query=${'a'.repeat(100_000)}`)],
    ['a header of 20 KB', 431, request({ headers: [`x-long: ${'a'.repeat(20_000)}`] })],
    ['an invalid method', 400, request({ method: 'FETCH' })],
    ['a method in small letters', 400, request({ method: 'post' })],
    ['an invalid version', 400, request({ version: '9.9' })],
    ['the preface of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the beginning of TLS', 400, '\x16\x03\x01\x02\x00\x01\x00'],
    ['two lengths', 400, request({ headers: ['content-length: 5'] })],
    ['a list of lengths', 400, chunked(['content-length: 5, 5'], 'abcde')],
    ['a negative length', 400, chunked(['content-length: -1'], '')],
    ['a length and chunks', 400, request({ headers: ['transfer-encoding: chunked'] })],
    ['chunks, and then not', 400, chunked(['transfer-encoding: chunked', 'transfer-encoding: identity'])],
    ['lines without a return', 400, request().replaceAll('\r\n', '\n')],
    ['a folded header', 400, request({ headers: ['x-folded: a\r\n b'] })],
    ['a space before the colon', 400, request({ headers: ['x-spaced : a'] })],
    ['a NUL in a header', 400, request({ headers: ['x-nul: \0'] })],
    ['HTTP/1.1 without a Host', 400, request({ host: [] })],
    ['an expectation that we do not know', 417, request({ headers: ['expect: nonsense'] })],
    ['a tunnel', 0, request({ method: 'CONNECT' })],
  ])('%s is %i', async (_kind, status, bytes) => {
    const [answer] = await sendRaw(app.url, bytes);
    expect(answer?.status ?? 0).toBe(status);
    expect(answer?.body ?? '').not.toMatch(/stack|FST_|fastify|node_modules|graphql/i);
  });

  test.each([
    ['/graphql', 'GET, POST'],
    ['/livez', 'GET, HEAD'],
    ['/iag/v1/topup-configurations', 'GET, HEAD'],
    ['/webhooks/mekari-pay', 'POST'],
  ])('another method of %s is 405, with the allowed ones', async (path, allow) => {
    const { status, headers } = await only(request({ method: 'DELETE', path }));
    expect({ status, allow: headers['allow'] }).toEqual({ status: 405, allow });
  });

  test('an unknown path gets the same answer for every method', async () => {
    const answers = await Promise.all(
      ['GET', 'POST', 'TRACE', 'OPTIONS'].map((method) => only(request({ method, path: '/graphql/admin' }))),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`))).toEqual(
      new Set(['404 {"error":"There is nothing here."}']),
    );
  });

  test('HTTP/1.0 without a Host, as probes send it, gets the liveness answer', async () => {
    expect(await only('GET /livez HTTP/1.0\r\n\r\n')).toMatchObject({ status: 200 });
  });

  test('two requests in one write are answered in their order', async () => {
    const answers = await sendRaw(app.url, `${get('/nothing').replace('connection: close', 'x-a: b')}${request()}`);
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
  });
});

test('none of these counts as a fault of ours', () => {
  const lines = app.logs.filter(({ event }) => event === 'request');
  expect(lines.length).toBeGreaterThan(40);
  expect(app.logs.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  expect(lines.filter(({ status }) => Number(status) >= 500)).toEqual([]);
});
