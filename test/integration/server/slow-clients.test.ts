import { once } from 'node:events';
import http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServer } from '@apollo/server';
import { buildSchema } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONNECTION_LIMITS, type ConnectionLimits } from '../../../src/platform/server/connection-limits.ts';
import { createHttpServer, type HttpServer } from '../../../src/platform/server/http-server.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { createTelemetry, type Telemetry } from '../../../src/platform/telemetry/telemetry.ts';
import { until } from '../../support/app/purchase.ts';

/** Short limits, still longer than a busy machine needs for a fast client. */
const SHORT: ConnectionLimits = {
  ...CONNECTION_LIMITS,
  headersMs: 1000,
  requestMs: 1500,
  answerMs: 1500,
  checkMs: 50,
};
const SECRET = 'x-gateway-secret: open';
/** More bytes than the system buffers for a connection. */
const LARGE = 'x'.repeat(16_000_000);
const TRICKLE_MS = 100;

/** Values that a subscription was asked for, and subscriptions that have ended. */
let asked: number;
let ended: number;

async function* values({ query }: { query: string }) {
  try {
    yield { data: { here: 'now' } };
    for (; query.includes('large'); asked += 1) yield { data: { here: LARGE } };
    // Nothing changes any more.
    await new Promise(() => undefined);
  } finally {
    ended += 1;
  }
}

let server: HttpServer;
let telemetry: Telemetry;
let port: number;
let sockets: Socket[];

async function start(limits: ConnectionLimits): Promise<void> {
  telemetry = createTelemetry();
  const schema = buildSchema('type Query { here: String }');
  const apollo = new ApolloServer<RequestContext>({ schema });
  server = await createHttpServer({
    apollo,
    subscriptions: values,
    rawRoutes: [],
    restRoutes: [{ path: '/large', answer: async () => [{ text: LARGE }] }],
    telemetry,
    log: createLogger('silent'),
    readiness: async () => ({ ready: true, checks: {} }),
    isTraced: false,
    verifyToken: async () => ({ subject: 'a', organizationId: '1001', scopes: new Set(['topup:read']) }),
    gatewaySecrets: ['open'],
    errorStatus: (status) => status,
    connectionLimits: limits,
  });
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  port = (server.app.server.address() as AddressInfo).port;
}

beforeEach(() => {
  sockets = [];
  asked = 0;
  ended = 0;
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.app.close();
  await telemetry.stop();
});

const connections = () =>
  new Promise<number>((resolve) => server.app.server.getConnections((_error, count) => resolve(count)));

/** A client that sends these bytes, then `more` now and then, and reads: returns everything received until the cut. */
function slow(bytes: string, more = ''): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  let output = '';
  socket.setEncoding('latin1').on('data', (text) => {
    output += text;
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  const trickle = setInterval(() => more !== '' && socket.write(more), TRICKLE_MS);
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('close', () => {
    clearInterval(trickle);
    resolve(output);
  });
  return promise;
}

const post = (...headers: string[]) =>
  `POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\n${headers.join('\r\n')}\r\n\r\n`;

const subscription = (query: string) => {
  const body = JSON.stringify({ query });
  return `${post(SECRET, 'accept: text/event-stream', `content-length: ${body.length}`)}${body}`;
};

const SLOW: Record<string, [bytes: string, more: string, status: number]> = {
  'say nothing': ['', '', 408],
  'begin their headers': ['POST /graphql HTTP/1.1\r\nhost: here\r\n', '', 408],
  'send a letter of a header now and then': ['POST /graphql HTTP/1.1\r\nx-long: ', 'a', 408],
  'send no body': [post(SECRET, 'content-length: 1000'), '', 408],
  'send a letter of their body now and then': [post(SECRET, 'content-length: 1000'), 'a', 408],
  'send a small chunk now and then': [post(SECRET, 'transfer-encoding: chunked'), '1\r\na\r\n', 408],
  // The answer came before the body: later bytes get no answer.
  'were refused, and go on sending': [post('content-length: 1000'), 'a', 403],
};

const statusesIn = (output: string) => [...output.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

/** A well-behaved client on one kept-alive connection. */
function innocent() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async ask(): Promise<{ status: number | undefined; reused: boolean }> {
      const request = http.get({ host: '127.0.0.1', port, path: '/livez', agent });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      await once(response.resume(), 'end');
      return { status: response.statusCode, reused: request.reusedSocket };
    },
    leave: () => agent.destroy(),
  };
}

describe('clients that are slow', () => {
  test.each(Object.entries(SLOW))('and %s get one answer and are cut off', async (_kind, [bytes, more, status]) => {
    await start(SHORT);
    const outputs = await Promise.all(Array.from({ length: 5 }, () => slow(bytes, more)));
    expect(outputs.map(statusesIn)).toEqual(outputs.map(() => [status]));
    expect(await connections()).toBe(0);
  });

  test('and send no whole body for the graph get an error in its shape', async () => {
    await start(SHORT);
    const [, body = ''] = (await slow(post(SECRET, 'content-length: 9'))).split('\r\n\r\n');
    expect(JSON.parse(body)).toEqual({
      errors: [{ message: 'The request took too long to arrive.', extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  test.each([0, 64])('and fetch %d KB of their answer now and then are cut off', async (kilobytes) => {
    await start(SHORT);
    const accepted = once(server.app.server, 'connection');
    const socket = connect({ host: '127.0.0.1', port });
    sockets.push(socket);
    socket.on('error', () => undefined).pause();
    socket.write('GET /large HTTP/1.1\r\nhost: here\r\n\r\n');
    const reading = setInterval(() => void socket.read(kilobytes * 1024), TRICKLE_MS);
    await accepted;
    await until(connections, (count) => count === 0);
    clearInterval(reading);
  });

  test('and read nothing of a subscription are cut off, and few values are made for them', async () => {
    await start(SHORT);
    const accepted = once(server.app.server, 'connection');
    const socket = connect({ host: '127.0.0.1', port });
    sockets.push(socket);
    socket.on('error', () => undefined).pause();
    socket.write(subscription('large'));
    await accepted;
    await until(connections, (count) => count === 0);
    await until(
      async () => ended,
      (count) => count === 1,
    );
    expect(asked).toBeLessThanOrEqual(3);
  });

  test('leave the others alone: these are answered throughout, on a connection that outlives theirs', async () => {
    await start(SHORT);
    let accepted = 0;
    server.app.server.on('connection', () => {
      accepted += 1;
    });
    const other = innocent();
    expect((await other.ask()).status).toBe(200);
    const attack = Promise.all(
      Object.values(SLOW).flatMap(([bytes, more]) => Array.from({ length: 75 }, () => slow(bytes, more))),
    );
    let isOver = false;
    void attack.then(() => {
      isOver = true;
    });
    const answers = [];
    while (!isOver) answers.push(await other.ask());
    answers.push(await other.ask());
    expect(accepted).toBe(1 + 75 * Object.keys(SLOW).length);
    expect(answers.filter(({ status, reused }) => status !== 200 || !reused)).toEqual([]);
    expect(await connections()).toBe(1);
    other.leave();
  });
});

test('a client that reads keeps a subscription without changes open for longer than an answer may take', async () => {
  await start(SHORT);
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  let output = '';
  socket.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  socket.write(subscription('small'));
  await until(
    async () => output,
    (text) => text.includes('event: next\ndata: {"data":{"here":"now"}}\n\n'),
  );
  await sleep(2 * SHORT.answerMs + 500);
  expect(await connections()).toBe(1);
});

test('a connection above the limit is closed without an answer; one that ends makes room', async () => {
  await start({ ...CONNECTION_LIMITS, headersMs: 60_000, requestMs: 60_000, connections: 3 });
  for (let opened = 0; opened < 3; opened++) void slow('');
  await until(connections, (count) => count === 3);
  const request = 'GET /livez HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n';
  expect(await slow(request)).toBe('');
  sockets[0]?.destroy();
  await until(connections, (count) => count === 2);
  expect(statusesIn(await slow(request))).toEqual([200]);
});

test('the limits of a server fit each other, the balancers before it, and its stop', () => {
  const { headersMs, requestMs, idleMs, checkMs, connections: most } = CONNECTION_LIMITS;
  expect(headersMs).toBeLessThanOrEqual(requestMs);
  expect(requestMs).toBeLessThanOrEqual(45_000);
  expect(idleMs).toBeGreaterThan(60_000);
  expect(checkMs).toBeLessThanOrEqual(1000);
  expect(most).toBeGreaterThanOrEqual(2500);
});
