import { once } from 'node:events';
import https from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';
import { SELF_SIGNED } from '../../support/http/self-signed.ts';
import { CALLS, type CallName, callsTo } from './four-neighbours.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

let server: TinyServer;
let elsewhere: TinyServer;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  [server, elsewhere] = await Promise.all([startTinyServer(), startTinyServer()]);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) await close();
  await Promise.all([server.close(), elsewhere.close()]);
});

/** The failure of one of our calls to that address. */
async function failureOf(
  name: CallName,
  baseUrl: string,
  { id, timeoutMs }: { id?: string; timeoutMs?: number } = {},
): Promise<UpstreamError> {
  const { calls, close } = callsTo(baseUrl, timeoutMs);
  try {
    return await calls[name](id).then(
      () => Promise.reject(new Error('it did not fail')),
      (error) => error,
    );
  } finally {
    close();
  }
}

describe.each(CALLS)('%s', (name) => {
  test.each([301, 302, 303, 307, 308])('does not follow a %i elsewhere', async (status) => {
    server.answerWith((response) => response.writeHead(status, { location: `${elsewhere.url}/taken` }).end());
    expect(await failureOf(name, server.url)).toMatchObject({ kind: 'malformed', status });
    expect(server.requests).toHaveLength(1);
    expect(elsewhere.connections()).toBe(0);
  });

  test('accepts no server with an unknown certificate, whatever the environment allows', async () => {
    let asked = 0;
    const impostor = https.createServer(SELF_SIGNED, (_request, response) => {
      asked += 1;
      response.end('{}');
    });
    impostor.listen(0, '127.0.0.1');
    await once(impostor, 'listening');
    closing.push(() => new Promise((resolve) => impostor.close(resolve)));
    const url = `https://127.0.0.1:${(impostor.address() as AddressInfo).port}`;
    for (const value of ['1', '0']) {
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value);
      expect(await failureOf(name, url)).toMatchObject({ kind: 'unavailable', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    }
    expect(asked).toBe(0);
    // The server does answer: to a client that trusts its certificate.
    const request = https.get(url, { ca: SELF_SIGNED.cert, agent: false });
    const [answer] = await once(request, 'response');
    answer.resume();
    expect(asked).toBe(1);
  });

  test('ignores the proxies of the environment', async () => {
    for (const variable of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
      vi.stubEnv(variable, elsewhere.url);
    }
    server.answerWith((response) => response.writeHead(418).end());
    expect(await failureOf(name, server.url)).toMatchObject({ kind: 'rejected', status: 418 });
    expect(elsewhere.connections()).toBe(0);
  });

  test('neither requests nor inflates compressed answers', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024, ' '));
    server.answerWith((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(await failureOf(name, server.url)).toMatchObject({ kind: 'malformed', reason: 'the answer is not JSON' });
    expect(server.requests[0]?.headers).not.toHaveProperty('accept-encoding');
  });

  test('cuts an answer of two megabytes off', async () => {
    server.answerWith((response) => response.end(JSON.stringify({ data: 'x'.repeat(2 * 1024 * 1024) })));
    expect(await failureOf(name, server.url)).toMatchObject({
      kind: 'malformed',
      reason: 'the answer is larger than 1048576 bytes',
    });
  });
});

const DOTS = ['..', '.'];
const ODD_IDS = [
  '../admin',
  'a/../../b',
  'a?x=1',
  'a#b',
  '%2e%2e',
  'a%2Fb',
  '@evil.test/',
  '//evil.test',
  'a\\b',
  'ü',
  ';',
];

describe.each<[CallName, string, (path: string) => string]>([
  ['Mekari Billing: a price', '/api/v4/packages/', (path) => path],
  ['Mekari Pay: an invoice', '/api/v1/invoices/', (path) => path],
  ['Mekari Pay: a void', '/api/v1/invoices/', (path) => path.replace(/\/void$/, '')],
])('%s', (name, prefix, ofId) => {
  test.each(ODD_IDS)('with %j asks for that exact id', async (id) => {
    server.answerWith((response) => response.writeHead(404).end());
    expect(await failureOf(name, `${server.url}/base`, { id })).toMatchObject({ kind: 'rejected', status: 404 });
    const segment = ofId(server.requests[0]?.path ?? '').replace(`/base${prefix}`, '');
    expect(segment).toMatch(/^[^/?#]+$/);
    expect(decodeURIComponent(segment)).toBe(id);
  });

  test.each(DOTS)('with %j is refused: it would be another path', async (id) => {
    expect(await failureOf(name, server.url, { id })).toMatchObject({ kind: 'rejected', status: undefined });
    expect(server.connections()).toBe(0);
  });
});

test('an order number is one value of the query, whatever its content', async () => {
  server.answerWith((response) => response.writeHead(404).end());
  await failureOf('Mekari Pay: the invoices of an order', server.url, { id: 'TU-1&external_id=TU-2#/../x' });
  const asked = new URL(server.requests[0]?.path ?? '', server.url);
  expect([asked.pathname, ...asked.searchParams]).toEqual([
    '/api/v1/invoices',
    ['external_id', 'TU-1&external_id=TU-2#/../x'],
  ]);
});

describe('an answer that is hardly HTTP', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['an invalid status', 'HTTP/1.1 20 OK\r\n\r\n'],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['20 KB of a header', `${ok}x: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a thousand headers', `${ok}${'x: y\r\n'.repeat(5000)}\r\n`],
    ['two lengths', `${ok}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    ['a length below nought', `${ok}content-length: -1\r\n\r\n{}`],
    ['a length and chunks', `${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['a chunk of no size', `${ok}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    ['UTF-16', Buffer.concat([Buffer.from(`${ok}\r\n`), Buffer.from('{"data":{}}', 'utf16le')])],
    [
      'a byte that is no UTF-8',
      Buffer.concat([Buffer.from(`${ok}\r\n{"data":"`), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
  ])('fails the call like any other: %s', async (_, bytes) => {
    const odd = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(bytes));
    });
    odd.listen(0, '127.0.0.1');
    await once(odd, 'listening');
    closing.push(() => new Promise((resolve) => odd.close(resolve)));
    const url = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
    // The call waits for an upgrade until its time is over.
    const timeoutMs = 300;
    expect(await failureOf('Mekari Pay: a new invoice', url, { timeoutMs })).toBeInstanceOf(UpstreamError);
    expect(await failureOf('Mekari Billing: a price', url, { timeoutMs })).toBeInstanceOf(UpstreamError);
  });
});
