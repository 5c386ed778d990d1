import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { buildSchema } from 'graphql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONNECTION_LIMITS, type ConnectionLimits } from '../../../src/platform/server/connection-limits.ts';
import { createHttpServer, type HttpServer } from '../../../src/platform/server/http-server.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { createLogger } from '../../../src/platform/telemetry/logger.ts';
import { createTelemetry, type Telemetry } from '../../../src/platform/telemetry/telemetry.ts';
import { until } from '../../support/app/purchase.ts';

const KB = 1024;
/** More bytes than the system buffers for a connection. */
const LARGE = 'x'.repeat(16_000_000);

let server: HttpServer;
let telemetry: Telemetry;
let port: number;
let sockets: Socket[];
/** The state of the readiness query: the number of runs, and a promise that every run waits for. */
let queries: { runs: number; hold: Promise<void> };

async function start(limits: Partial<ConnectionLimits> = {}): Promise<void> {
  telemetry = createTelemetry();
  const schema = buildSchema('type Query { here: String }');
  const apollo = new ApolloServer<RequestContext>({ schema });
  server = await createHttpServer({
    apollo,
    rawRoutes: [{ path: '/raw', maxBytes: 100 * KB, answer: async () => ({ status: 200 }) }],
    restRoutes: [{ path: '/large', answer: async () => [{ text: LARGE }] }],
    telemetry,
    log: createLogger('silent'),
    readiness: async () => {
      queries.runs += 1;
      await queries.hold;
      return { ready: true, checks: {} };
    },
    isTraced: false,
    verifyToken: async () => ({ subject: 'a', organizationId: '1001', scopes: new Set(['topup:read']) }),
    gatewaySecrets: undefined,
    errorStatus: (status) => status,
    connectionLimits: { ...CONNECTION_LIMITS, ...limits },
  });
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  port = (server.app.server.address() as AddressInfo).port;
}

beforeEach(() => {
  sockets = [];
  queries = { runs: 0, hold: Promise.resolve() };
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.app.close();
  await telemetry.stop();
});

interface Client {
  socket: Socket;
  received: string;
  /** Resolves when the connection is closed. */
  closed: Promise<void>;
}

/** A client that sends these bytes and reads, unless `unread`. */
async function client(bytes: string, { unread = false } = {}): Promise<Client> {
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  const { promise, resolve } = Promise.withResolvers<void>();
  const state = { socket, received: '', closed: promise };
  socket.on('error', () => undefined).on('close', () => resolve());
  await once(socket, 'connect');
  if (unread) socket.pause();
  else
    socket.setEncoding('latin1').on('data', (text) => {
      state.received += text;
    });
  socket.write(bytes);
  return state;
}

const statusesIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`;
const post = (path: string, length: number, body: string) =>
  `POST ${path} HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
const fetchStatus = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

async function closings(reason: string): Promise<number> {
  const line = new RegExp(`^connections_closed_total\\{.*reason="${reason}".*\\} (\\d+)$`, 'm');
  return Number(line.exec(await telemetry.text())?.[1] ?? 0);
}

describe('pipelined requests', () => {
  test('within the limit are all answered in order', async () => {
    await start({ pipelined: 4 });
    const pipeline = await client(get('/livez') + get('/readyz') + get('/nowhere') + get('/livez'));
    await until(
      async () => statusesIn(pipeline.received),
      (statuses) => statuses.length === 4,
    );
    expect(statusesIn(pipeline.received)).toEqual([200, 200, 404, 200]);
    // The count is of requests in flight: an answered one makes room.
    pipeline.socket.write(get('/livez').repeat(4));
    await until(
      async () => statusesIn(pipeline.received),
      (statuses) => statuses.length === 8,
    );
    expect(await closings('pipelining')).toBe(0);
  });

  test.each(['/readyz', '/metrics', '/livez', '/nowhere', '/%zz', '/graphql?query={__typename}'])(
    'above the limit cost their connection and nobody else: %s',
    async (path) => {
      await start({ pipelined: 4 });
      const bystander = await client(get('/livez'));
      await until(
        async () => bystander.received,
        (received) => received.includes('ok'),
      );
      const pipelines = await Promise.all(Array.from({ length: 5 }, () => client(get(path).repeat(500))));
      await Promise.all(pipelines.map(({ closed }) => closed));
      for (const { received } of pipelines) expect(statusesIn(received).length).toBeLessThanOrEqual(4);
      bystander.socket.write(get('/livez'));
      await until(
        async () => statusesIn(bystander.received),
        (statuses) => statuses.length === 2,
      );
      expect(await closings('pipelining')).toBe(5);
    },
  );

  test('of many connections give way to connections with one request each', async () => {
    await start({ pipelined: 4, exchanges: 5 });
    const { promise, resolve } = Promise.withResolvers<void>();
    queries.hold = promise;
    const patient = await Promise.all(Array.from({ length: 6 }, () => client(get('/readyz'))));
    await until(
      async () => queries.runs,
      (runs) => runs > 0,
    );
    const hasty = await client(get('/readyz').repeat(2));
    await hasty.closed;
    expect(hasty.received).toBe('');
    resolve();
    for (const each of patient) {
      await until(
        async () => statusesIn(each.received),
        (statuses) => statuses.length === 1,
      );
      expect(statusesIn(each.received)).toEqual([200]);
    }
  });
});

test('concurrent probes share one query, and a later probe asks again', async () => {
  await start();
  const { promise, resolve } = Promise.withResolvers<void>();
  queries.hold = promise;
  const asked = Array.from({ length: 20 }, () => fetchStatus('/readyz'));
  let requests = 0;
  server.app.server.on('request', () => {
    requests += 1;
    if (requests === 20) setImmediate(resolve);
  });
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
  expect(queries.runs).toBe(1);
  await fetchStatus('/readyz');
  expect(queries.runs).toBe(2);
});

describe('bodies without their last byte', () => {
  const LENGTH = 64 * KB;
  const body = ' '.repeat(LENGTH - 1);

  test.each(['/graphql', '/raw'])('together take no more than the limit: %s', async (path) => {
    await start({ bodyBytes: 512 * KB });
    const clients = [];
    for (let sent = 0; sent < 20; sent++) clients.push(await client(post(path, LENGTH, body)));
    // The limit holds eight of them.
    await until(
      () => closings('bodies'),
      (closed) => closed >= 12,
    );
    const refused = clients.filter(({ received }) => received !== '');
    for (const { received, closed } of refused) {
      await closed;
      expect(statusesIn(received)).toEqual([503]);
    }
    // The largest and oldest ones left, and a whole small body is read.
    const small = '{"query":"{ __typename }"}';
    const innocent = await client(post('/graphql', small.length, small));
    await until(
      async () => statusesIn(innocent.received),
      (statuses) => statuses.length === 1,
    );
    expect(statusesIn(innocent.received)).toEqual([200]);
    // A body that is finished later is read too, if it is still there.
    const last = clients.at(-1);
    last?.socket.write('1');
    await until(
      async () => statusesIn(last?.received ?? ''),
      (statuses) => statuses.length === 1,
    );
    expect(statusesIn(last?.received ?? '')).toEqual([path === '/raw' ? 200 : 400]);
  });

  test('count with their headers', async () => {
    await start({ bodyBytes: 100 * KB });
    const clients = [];
    const long = `x-long: ${'h'.repeat(14 * KB)}\r\n`;
    for (let sent = 0; sent < 10; sent++) {
      clients.push(await client(post('/graphql', 9, '').replace('\r\n\r\n', `\r\n${long}\r\n`)));
    }
    // The limit holds seven of them.
    await until(
      () => closings('bodies'),
      (closed) => closed >= 3,
    );
    for (const { received, closed } of clients.filter((each) => each.received !== '')) {
      await closed;
      expect(statusesIn(received)).toEqual([503]);
    }
  });

  test('in chunks of one byte count as their bytes', async () => {
    await start({ bodyBytes: 512 * KB });
    const head =
      'POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    const query = '{"query":"{ __typename }"}'.padEnd(30_000);
    const chunks = [...query].map((letter) => `1\r\n${letter}\r\n`).join('');
    const chunked = await client(`${head}${chunks}0\r\n\r\n`);
    await until(
      async () => statusesIn(chunked.received),
      (statuses) => statuses.length === 1,
    );
    expect(statusesIn(chunked.received)).toEqual([200]);
    expect(await closings('bodies')).toBe(0);
  });

  test('leave no count behind when their clients leave', async () => {
    await start({ bodyBytes: 512 * KB });
    for (let round = 0; round < 30; round++) {
      const { socket, closed } = await client(post('/graphql', LENGTH, body));
      socket.end();
      await closed;
    }
    expect(await closings('bodies')).toBe(0);
  });
});

test('a request has at most a hundred headers: more are refused, and their memory is free', async () => {
  await start();
  const withHeaders = (count: number) =>
    get('/livez').replace('\r\n\r\n', `\r\n${Array.from({ length: count }, (_, at) => `x-${at}: 1\r\n`).join('')}\r\n`);
  const few = await client(withHeaders(99));
  await until(
    async () => statusesIn(few.received),
    (statuses) => statuses.length === 1,
  );
  expect(statusesIn(few.received)).toEqual([200]);
  const many = await client(withHeaders(100));
  await many.closed;
  expect(statusesIn(many.received)).toEqual([431]);
});

describe('answers that nobody reads', () => {
  test('together take no more than the limit, and the last caller gets a whole answer', async () => {
    await start({ answerBytes: 40_000_000 });
    const unread = [];
    for (let sent = 0; sent < 6; sent++) unread.push(await client(get('/large'), { unread: true }));
    await until(
      () => closings('answers'),
      (closed) => closed >= 4,
    );
    const response = await fetch(`http://127.0.0.1:${port}/large`);
    expect((await response.text()).length).toBeGreaterThan(LARGE.length);
    for (const { socket } of unread) socket.resume();
    await Promise.all(unread.slice(0, 4).map(({ closed }) => closed));
  });

  test('that are read leave no count behind', async () => {
    await start({ answerBytes: 40_000_000 });
    for (let round = 0; round < 10; round++) {
      const response = await fetch(`http://127.0.0.1:${port}/large`);
      expect((await response.text()).length).toBeGreaterThan(LARGE.length);
    }
    expect(await closings('answers')).toBe(0);
  });
});
