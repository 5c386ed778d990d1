import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createNeighbour, type Neighbour, type NeighbourOptions } from '../../../src/clients/http.ts';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';
import { startTinyServer, type TinyServer } from './tiny-server.ts';

const NOW = new Date('2026-11-22T03:04:05.678Z');
const schema = z.object({ data: z.string() });
let server: TinyServer;
const opened: Neighbour[] = [];

beforeEach(async () => {
  server = await startTinyServer();
});

afterEach(async () => {
  for (const neighbour of opened.splice(0)) neighbour.close();
  await server.close();
});

function connect(options: Partial<NeighbourOptions> = {}): Neighbour {
  const neighbour = createNeighbour({
    name: 'tiny',
    baseUrl: server.url,
    credentials: { clientId: 'us', clientSecret: 'hush' },
    timeoutMs: 5000,
    clock: { now: () => NOW },
    ...options,
  });
  opened.push(neighbour);
  return neighbour;
}

const failure = (call: Promise<unknown>): Promise<UpstreamError> =>
  call.then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );

describe('signing', () => {
  test('covers the date and the request line, path and query as sent', async () => {
    await connect({ baseUrl: `${server.url}/base` }).get({ path: '/packages/a%2Fb?ids=1,2&q=%20x', schema });
    const [request] = server.requests;
    expect(request?.path).toBe('/base/packages/a%2Fb?ids=1,2&q=%20x');
    expect(request?.headers.date).toBe('Sun, 22 Nov 2026 03:04:05 GMT');
    const signed = 'date: Sun, 22 Nov 2026 03:04:05 GMT\nGET /base/packages/a%2Fb?ids=1,2&q=%20x HTTP/1.1';
    const signature = createHmac('sha256', 'hush').update(signed).digest('base64');
    expect(request?.headers.authorization).toBe(
      `hmac username="us", algorithm="hmac-sha256", headers="date request-line", signature="${signature}"`,
    );
  });

  test('gives a write the digest of its exact bytes and its idempotency key; a read has neither', async () => {
    const tiny = connect();
    await tiny.post({ path: '/invoices', schema, idempotencyKey: 'invoice:1', body: { name: 'Saldo – 1 €' } });
    await tiny.get({ path: '/invoices', schema });
    const [write, read] = server.requests;
    expect(write?.body).toBe('{"name":"Saldo – 1 €"}');
    const digest = createHash('sha256')
      .update(write?.body ?? '', 'utf8')
      .digest('base64');
    expect(write?.headers).toMatchObject({
      digest: `SHA-256=${digest}`,
      'x-idempotency-key': 'invoice:1',
      'content-type': 'application/json',
    });
    expect(read?.headers).not.toHaveProperty('digest');
    expect(read?.headers).not.toHaveProperty('x-idempotency-key');
  });
});

describe('connections', () => {
  test('serve many calls in a row on one', async () => {
    const tiny = connect();
    for (let call = 0; call < 10; call++) await tiny.get({ path: '/', schema });
    expect(server.requests).toHaveLength(10);
    expect(server.connections()).toBe(1);
  });

  test('never exceed the concurrency', async () => {
    let underWay = 0;
    let most = 0;
    server.answerWith((response) => {
      most = Math.max(most, ++underWay);
      setImmediate(() => {
        underWay -= 1;
        response.end('{"data":"ok"}');
      });
    });
    const tiny = connect({ concurrency: 3 });
    await Promise.all(Array.from({ length: 30 }, () => tiny.get({ path: '/', schema })));
    expect(server.requests).toHaveLength(30);
    expect(server.connections()).toBeLessThanOrEqual(3);
    expect(most).toBeLessThanOrEqual(3);
  });
});

describe('an answer', () => {
  test.each([200, 201, 299])('with status %s is read', async (status) => {
    server.answerWith((response) => response.writeHead(status).end('{"data":"yes","more":1}'));
    expect(await connect().get({ path: '/', schema })).toEqual({ data: 'yes' });
  });

  test.each([
    [301, 'malformed'],
    [302, 'malformed'],
    [304, 'malformed'],
    [400, 'rejected'],
    [401, 'rejected'],
    [404, 'rejected'],
    [409, 'rejected'],
    [422, 'rejected'],
    [408, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ] as const)('with status %s is %s', async (status, kind) => {
    server.answerWith((response) => response.writeHead(status).end('{"data":"no"}'));
    expect(await failure(connect().get({ path: '/', schema }))).toMatchObject({ neighbour: 'tiny', kind, status });
  });

  test('with a status that the call accepts is read; the same status elsewhere is not', async () => {
    server.answerWith((response) => response.writeHead(409).end('{"data":"booked before"}'));
    const tiny = connect();
    const call = { path: '/', schema, idempotencyKey: 'k', body: {} };
    expect(await tiny.post({ ...call, accept: [201, 409] })).toEqual({ data: 'booked before' });
    expect(await failure(tiny.post(call))).toMatchObject({ kind: 'rejected', status: 409 });
  });

  test.each([
    ['nothing', ''],
    ['HTML', '<!doctype html>'],
    ['half of its JSON', '{"data":"o'],
    ['another shape', '{"data":{"unexpected":true}}'],
    ['null', 'null'],
    ['compressed bytes that nobody asked for', gzipSync('{"data":"ok"}')],
  ])('of %s is malformed', async (_what, body) => {
    server.answerWith((response) => response.end(body));
    expect(await failure(connect().get({ path: '/', schema }))).toMatchObject({ kind: 'malformed', status: 200 });
  });

  test('with a fault is described without its content', async () => {
    server.answerWith((response) => response.writeHead(422).end('{"data":"the card of Siti"}'));
    expect((await failure(connect().get({ path: '/', schema }))).message).toBe('tiny rejected: it answered 422');
    server.answerWith((response) => response.end('{"data":["the card of Siti"]}'));
    expect((await failure(connect().get({ path: '/', schema }))).message).not.toContain('Siti');
  });

  test('of 10 MB is cut off', async () => {
    server.answerWith((response) => response.end(JSON.stringify({ data: 'x'.repeat(10 * 1024 * 1024) })));
    expect(await failure(connect().get({ path: '/', schema }))).toMatchObject({ kind: 'malformed' });
  });

  test('without an end is cut off too, with or without a length', async () => {
    server.answerWith((response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect(await failure(connect({ timeoutMs: 15_000 }).get({ path: '/', schema }))).toMatchObject({
      kind: 'malformed',
    });
  });
});

describe('a missing answer', () => {
  test('in time is unavailable, and so is one that stops in the middle', async () => {
    server.answerWith(() => undefined);
    expect(await failure(connect({ timeoutMs: 60 }).get({ path: '/', schema }))).toMatchObject({ kind: 'unavailable' });
    server.answerWith((response) => response.writeHead(200, { 'content-length': 100 }).write('{'));
    expect(await failure(connect({ timeoutMs: 60 }).get({ path: '/', schema }))).toMatchObject({ kind: 'unavailable' });
  });

  test('on a broken connection is unavailable; a read is sent once more, a write never automatically', async () => {
    server.answerWith((response) => response.socket?.resetAndDestroy());
    const tiny = connect();
    expect(await failure(tiny.get({ path: '/', schema }))).toMatchObject({ kind: 'unavailable' });
    const write = { path: '/', schema, idempotencyKey: 'k', body: {} };
    expect(await failure(tiny.post(write))).toMatchObject({ kind: 'unavailable' });
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'POST']);
  });

  test('on a connection that breaks late gets no new wait: both attempts share the time of one call', async () => {
    let attempt = 0;
    server.answerWith((response) => {
      attempt += 1;
      // The second attempt is answered within a time of its own, and beyond the time of both.
      if (attempt === 1) setTimeout(() => response.socket?.resetAndDestroy(), 300);
      else setTimeout(() => response.end('{"data":"ok"}'), 500);
    });
    expect(await failure(connect({ timeoutMs: 600 }).get({ path: '/', schema }))).toMatchObject({
      kind: 'unavailable',
      reason: 'no answer within 600 ms',
    });
    expect(server.requests).toHaveLength(2);
  });

  test('from a closed port is unavailable', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const call = connect({ baseUrl: `http://127.0.0.1:${port}` }).get({ path: '/', schema });
    expect(await failure(call)).toMatchObject({ kind: 'unavailable', reason: 'ECONNREFUSED' });
  });

  test('after a 503 with Retry-After ends without a wait', async () => {
    server.answerWith((response) => response.writeHead(503, { 'retry-after': '3600' }).end());
    expect(await failure(connect().get({ path: '/', schema }))).toMatchObject({ kind: 'unavailable', status: 503 });
    expect(server.requests).toHaveLength(1);
  });
});

test('a redirect is not followed: the signature covers one address', async () => {
  server.answerWith((response, { path }) => {
    if (path === '/elsewhere') response.end('{"data":"ok"}');
    else response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await failure(connect().get({ path: '/', schema }))).toBeInstanceOf(UpstreamError);
  expect(server.requests.map(({ path }) => path)).toEqual(['/']);
});

test('every call is counted under its outcome', async () => {
  const counted: string[] = [];
  const tiny = connect({ onCall: (neighbour, outcome) => counted.push(`${neighbour} ${outcome}`) });
  await tiny.get({ path: '/', schema });
  for (const status of [503, 404, 302]) {
    server.answerWith((response) => response.writeHead(status).end());
    await failure(tiny.get({ path: '/', schema }));
  }
  expect(counted).toEqual(['tiny ok', 'tiny unavailable', 'tiny rejected', 'tiny malformed']);
});
