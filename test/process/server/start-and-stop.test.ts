import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { settings } from '../../../src/config.ts';
import { confirmOrder, createOrder } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import {
  buildOnce,
  endStarted,
  npmRun,
  type RunningProcess,
  runBuilt,
  startBuilt,
} from '../../support/processes/built.ts';
import { prepareDatabase } from '../../support/processes/replica.ts';

// Each test starts a process or two.
vi.setConfig({ testTimeout: 60_000 });

const MAIN = 'server/main.js';
let db: TestDatabase;
let empty: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
  [db, empty, sandbox] = await Promise.all([
    createDatabase(),
    createDatabase('template1'),
    startSandbox(),
    buildOnce(),
  ]);
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
  await empty?.drop();
});

const environment = (more: Record<string, string> = {}): Record<string, string> => ({
  ...sandbox.environment(),
  DATABASE_URL: db.url,
  HOST: '127.0.0.1',
  PORT: '0',
  PUBLIC_URL: 'http://127.0.0.1',
  CHECKOUT_RETURN_URL: 'http://127.0.0.1/topup',
  ...more,
});

/** Starts the server and waits until it logs its URL. */
async function startServer(more: Record<string, string> = {}): Promise<{ server: RunningProcess; url: string }> {
  const server = startBuilt(MAIN, [], environment(more));
  return { server, url: await addressOf(server) };
}

async function addressOf(server: RunningProcess): Promise<string> {
  const [, port] = await server.untilPrinted(/"event":"listening".*?"port":(\d+)/);
  return `http://127.0.0.1:${port}`;
}

test('an empty environment ends the server at once and names every missing setting', async () => {
  const { code, stdout, stderr } = await runBuilt(MAIN, [], {});
  const required = Object.entries(settings.shape).filter(([, setting]) => !setting.safeParse(undefined).success);
  expect(required.length).toBeGreaterThanOrEqual(15);
  expect(code).not.toBe(0);
  expect(code).not.toBeNull();
  for (const [name] of required) expect(stderr).toMatch(new RegExp(`^\\s*${name} is missing`, 'm'));
  expect(stdout).toBe('');
});

test('a bad environment ends the server at once, names every fault, and shows no secret', async () => {
  const bad = {
    PORT: '70000',
    DATABASE_URL: 'mysql://app:hunter2@127.0.0.1/app',
    REDIS_URL: 'not a url',
    MEKARI_PAY_WEBHOOK_SECRET: 'hunter2',
    GATEWAY_SECRET: ' , ',
    LOG_LEVEL: 'loud',
    PRICE_TTL_SECONDS: '-1',
    QUOTE_TTL_SECONDS: '1.5',
    MUTATIONS_PER_MINUTE: 'many',
  };
  const { code, stderr } = await runBuilt(MAIN, [], environment(bad));
  expect(code).not.toBe(0);
  expect(
    stderr
      .match(/^ +[A-Z_]+/gm)
      ?.map((name) => name.trim())
      .sort(),
  ).toEqual(Object.keys(bad).sort());
  expect(stderr).not.toContain('hunter2');
});

test('a database without migrations is refused with the command to run', async () => {
  const { code, stderr } = await runBuilt(MAIN, [], environment({ DATABASE_URL: empty.url }));
  expect(code).not.toBe(0);
  expect(stderr).toContain('npm run migrate');
});

test('an unreachable database ends the server without showing the password', async () => {
  const { code, stderr } = await runBuilt(
    MAIN,
    [],
    environment({ DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/app' }),
  );
  expect(code).not.toBe(0);
  expect(stderr).toMatch(
    /^Cannot start: The database at 127\.0\.0\.1:1 cannot be reached \(.*ECONNREFUSED.*\): see that it runs, and check DATABASE_URL\.\n$/,
  );
  expect(stderr).not.toContain('hunter2');
});

test('a busy port ends the server with the reason', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await runBuilt(MAIN, [], environment({ PORT: String(port) }));
  taken.close();
  expect(code).not.toBe(0);
  expect(stderr).toMatch(
    new RegExp(
      `^Cannot start: The server cannot listen with HOST=127\\.0\\.0\\.1 and PORT=${port}: .*EADDRINUSE.*\\n$`,
    ),
  );
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the server starts, is ready, answers, and ends with 0 on %s',
  async (signal) => {
    const { server, url } = await startServer();
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ok', checks: { database: 'up' } });
    const admin = createTestClient(url, await sandbox.auth.token());
    expect(await admin.query('{ topupOrders { totalCount } }')).toEqual({ topupOrders: { totalCount: 0 } });
    // Introspection is closed without its setting.
    expect((await admin.send('{ __schema { queryType { name } } }')).status).toBe(400);
    expect((await admin.send('{ _service { sdl } }')).status).toBe(400);
    server.signal(signal);
    const { code, stdout, stderr } = await server.finished;
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).not.toContain(admin.token);
  },
);

test('a SIGTERM to npm start reaches the server, and leaves nothing running', async () => {
  const server = npmRun('start', environment());
  const url = await addressOf(server);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
  server.signal('SIGTERM');
  expect((await server.finished).code).toBe(0);
  await expect(fetch(`${url}/livez`)).rejects.toThrow();
});

test('requests in flight are answered before the server stops', async () => {
  const { server, url } = await startServer({ UPSTREAM_TIMEOUT_MS: '10000' });
  sandbox.hubCore.faults.set([{ kind: 'latency', latencyMs: 500 }]);
  try {
    const admin = createTestClient(url, await sandbox.auth.token({ organization_id: '1002' }));
    sandbox.hubCore.clearRequests();
    const answer = admin.send('{ topupOptions { code } }');
    await sandbox.hubCore.waitForRequest({ path: '/api/v1/organizations' });
    server.signal('SIGTERM');
    expect(await answer).toMatchObject({ status: 200, data: { topupOptions: [] }, errors: undefined });
    expect((await server.finished).code).toBe(0);
  } finally {
    sandbox.hubCore.faults.clear();
  }
});

test('an idle connection does not delay the stop', async () => {
  const { server, url } = await startServer();
  const silent = connect(Number(new URL(url).port), '127.0.0.1');
  await once(silent, 'connect');
  server.signal('SIGTERM');
  expect((await server.finished).code).toBe(0);
  silent.destroy();
});

test('a signal during the start ends it at once, although the database does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const server = startBuilt(MAIN, [], environment({ DATABASE_URL: `postgres://app:app@127.0.0.1:${port}/app` }));
  const [socket] = (await once(silent, 'connection')) as [Socket];
  server.signal('SIGTERM');
  const { code, signal, stdout, stderr } = await server.finished;
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(stdout).toContain('"event":"stopping"');
  socket.destroy();
  silent.close();
});

test('two signals during a confirmation leave it to be answered, with its invoice', async () => {
  const sold = await createDatabase('template1');
  try {
    await prepareDatabase(sold);
    const { server, url } = await startServer({ DATABASE_URL: sold.url, UPSTREAM_TIMEOUT_MS: '10000' });
    const admin = createTestClient(url, await sandbox.auth.token({ organization_id: '1004' }));
    const draft = await createOrder(admin, '1004', { chatbot_ai_extra: '5' });
    sandbox.mekariPay.faults.set([{ kind: 'latency', latencyMs: 1500 }]);
    sandbox.mekariPay.clearRequests();
    const confirmed = confirmOrder(admin, draft);
    await sandbox.mekariPay.waitForRequest({ path: '/api/v1/invoices' });
    server.signal('SIGTERM');
    await server.untilPrinted(/"event":"stopping"/);
    server.signal('SIGTERM');
    expect(await confirmed).toMatchObject({ status: 'PENDING_PAYMENT', paymentUrl: expect.stringContaining('http') });
    const { code, stdout } = await server.finished;
    expect(code).toBe(0);
    expect(stdout.match(/"event":"stopping"/g)).toHaveLength(1);
    expect(await sold.query('select status, payment_invoice_id is not null as invoiced from topup_orders')).toEqual([
      { status: 'PENDING_PAYMENT', invoiced: true },
    ]);
  } finally {
    sandbox.mekariPay.faults.clear();
    await sold.drop();
  }
});

test('a second signal changes nothing', async () => {
  const { server } = await startServer();
  server.signal('SIGTERM');
  server.signal('SIGTERM');
  expect((await server.finished).code).toBe(0);
});
