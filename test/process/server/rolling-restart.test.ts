import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { print } from 'graphql';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../../../sandbox/dev/free-port.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { webhookHeaders } from '../../../sandbox/signing/standard-webhooks.ts';
import { TopupOrdersDocument } from '../../generated/operations.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until, untilStatus } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { invoiceEvent } from '../../support/app/webhook.ts';
import { createDatabase, type TestDatabase } from '../../support/database/database.ts';
import { assertInvariants } from '../../support/database/invariants.ts';
import { KeptAliveClient, noFigures } from '../../support/http/kept-alive-client.ts';
import { buildOnce, endStarted } from '../../support/processes/built.ts';
import { prepareDatabase, startReplica } from '../../support/processes/replica.ts';

vi.setConfig({ testTimeout: 120_000 });

const CALLERS = 4;
/** The number of restarts of both, one after the other. */
const ROUNDS = 1;
/** The number of answers from a replica before its restart, so that it is under load. */
const WARM = 20;

let db: TestDatabase;
let sandbox: Sandbox;

beforeAll(async () => {
  [db, sandbox] = await Promise.all([createDatabase(), startSandbox(), buildOnce()]);
  await prepareDatabase(db);
});

afterAll(async () => {
  await endStarted();
  await sandbox?.stop();
  await db?.drop();
});

/** A client of the graph on one kept-alive connection, which also carries Mekari Pay's webhook. */
async function caller(connection: KeptAliveClient, organizationId: string) {
  const token = await sandbox.auth.token({ organization_id: organizationId });
  const post = async (path: string, headers: Record<string, string>, body: string) => {
    const answer = await connection.post(path, headers, body);
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.body}`);
    return answer.body;
  };
  const client: Pick<TestClient, 'query'> = {
    async query(document, variables) {
      const query = typeof document === 'string' ? document : print(document);
      const body = await post('/graphql', { authorization: `Bearer ${token}` }, JSON.stringify({ query, variables }));
      const { data, errors } = JSON.parse(body);
      if (errors !== undefined) throw new Error(`GraphQL errors: ${JSON.stringify(errors)}`);
      return data;
    },
  };
  const secrets = [sandbox.environment()['MEKARI_PAY_WEBHOOK_SECRET'] ?? ''];
  return {
    /** One order is created, confirmed, paid by a webhook, and read: four requests. */
    async buy(): Promise<void> {
      const created = await createOrder(client as TestClient, organizationId, { wa_balance: '1000000' });
      const order = await confirmOrder(client as TestClient, created);
      const body = JSON.stringify(invoiceEvent({ sandbox }, order));
      const timestamp = Math.floor(Date.now() / 1000);
      await post('/webhooks/mekari-pay', webhookHeaders({ id: `msg_${randomUUID()}`, timestamp, body }, secrets), body);
      await client.query(TopupOrdersDocument, { first: 5 });
    },
  };
}

test('two replicas restarted in turn under load lose no request that reached them', async () => {
  const ports: [number, number] = [await freePort(), await freePort()];
  const token = await sandbox.auth.token();
  const start = async (replica: number) => {
    const started = await startReplica({ db, sandbox }, { PORT: String(ports[replica]) });
    // The replica has fetched the issuer's keys, which this busy process serves, before callers come.
    const first = createTestClient(started.url, token);
    await until(
      () => first.send('{ topupOrders { totalCount } }'),
      ({ status }) => status === 200,
    );
    return started;
  };
  const replicas = await Promise.all([start(0), start(1)]);
  const figures = noFigures();
  const connections = Array.from(
    { length: CALLERS },
    (_, index) => new KeptAliveClient(ports, index % 2 === 0 ? 0 : 1, figures),
  );
  let bought = 0;
  // After each restart every caller returns to its first replica: both are under load when the next restart begins.
  let rounds = 0;
  const atHome = connections.map(() => 0);
  let over = false;
  const load = connections.map(async (connection, index) => {
    const { buy } = await caller(connection, addOrganization(sandbox, '1001'));
    while (!over) {
      await buy();
      bought += 1;
      if (atHome[index] !== rounds) connection.goHome();
      atHome[index] = rounds;
    }
  });
  const answersOf = (replica: number) => figures.answered[replica] ?? 0;
  const work = async () => {
    for (let restarts = 0; restarts < 2 * ROUNDS; restarts++) {
      const replica = restarts % 2;
      await until(
        async () => atHome,
        (all) => all.every((round) => round === rounds),
      );
      const before = [answersOf(0), answersOf(1)];
      await until(
        async () => [0, 1].map((each) => answersOf(each) - (before[each] ?? 0)),
        (more) => more.every((count) => count >= WARM),
      );
      const refused = figures.refused[replica] ?? 0;
      replicas[replica]?.process.signal('SIGTERM');
      expect((await replicas[replica]?.process.finished)?.code).toBe(0);
      replicas[replica] = await start(replica);
      expect(figures.refused[replica]).toBeGreaterThan(refused);
      rounds += 1;
    }
    over = true;
  };
  try {
    // A caller that fails ends the test with its reason.
    await Promise.all([work(), ...load]);
  } finally {
    over = true;
    for (const connection of connections) connection.close();
  }
  const answered = answersOf(0) + answersOf(1);
  console.log(`rolling restart: ${answered} requests, ${2 * ROUNDS} restarts, ${figures.lost.length} lost`);
  expect(figures.lost).toEqual([]);
  // Every answered order exists, and the jobs that were enqueued during restarts have ended.
  const unfinished = () =>
    db.query<{ number: string }>(`select number from topup_orders where status <> 'COMPLETED' order by number`);
  await until(unfinished, (orders) => orders.length === 0);
  expect(await db.query('select count(*)::int as orders from topup_orders')).toEqual([{ orders: bought }]);
  await assertInvariants(db);
  expect(sandbox.moderator.bookings()).toHaveLength(bought);
  for (const { process: server } of replicas) server.signal('SIGTERM');
  for (const { process: server } of replicas) expect((await server.finished).code).toBe(0);
});

test('a server that stops is unready at once and keeps answering; then it closes its connections and ends', async () => {
  const { process: server, url } = await startReplica({ db, sandbox });
  const ask = async (path: string) => {
    const answer = await fetch(`${url}${path}`);
    // The next request reuses its connection.
    await answer.text();
    return answer;
  };
  expect((await ask('/readyz')).status).toBe(200);
  // A client that never completes its request must not delay the stop.
  const half = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
  half.write('GET /livez HTTP/1.1\r\nhost: here\r\n');
  await once(half, 'connect');
  server.signal('SIGTERM');
  const unready = await until(
    () => ask('/readyz'),
    ({ status }) => status === 503,
  );
  expect(unready.headers.get('connection')).toBe('keep-alive');
  const last = await until(
    () => ask('/livez'),
    ({ headers }) => headers.get('connection') === 'close',
  );
  expect(last.status).toBe(200);
  const refusal = () => ask('/livez').catch((error: Error) => error.cause);
  expect(await until(refusal, (answer) => !(answer instanceof Response))).toMatchObject({ code: 'ECONNREFUSED' });
  expect((await server.finished).code).toBe(0);
});

test('a server with hanging work ends in time; another replica finishes the work, once', async () => {
  // Longer than the time of this test.
  const { process: server, url } = await startReplica({ db, sandbox }, { UPSTREAM_TIMEOUT_MS: '120000' });
  sandbox.mekariPay.setWebhookUrl(`${url}/webhooks/mekari-pay`);
  const organizationId = addOrganization(sandbox, '1001');
  const token = await sandbox.auth.token({ organization_id: organizationId });
  const buyer = createTestClient(url, token);
  const order = await confirmOrder(buyer, await createOrder(buyer, organizationId, { wa_balance: '1000000' }));

  sandbox.moderator.faults.set([{ kind: 'hang' }]);
  sandbox.moderator.clearRequests();
  await sandbox.mekariPay.pay(order.number);
  await sandbox.moderator.waitForRequest({ path: '/paid_pi' });
  sandbox.hubCore.faults.set([{ kind: 'hang' }]);
  sandbox.hubCore.clearRequests();
  const other = createTestClient(url, await sandbox.auth.token({ organization_id: '1002' }));
  const asked = other.send('{ topupOptions { code } }').catch(() => 'no answer');
  await sandbox.hubCore.waitForRequest({ path: '/api/v1/organizations' });
  server.signal('SIGTERM');
  server.signal('SIGTERM');
  const { code, stdout } = await server.finished;
  expect(code).toBe(1);
  expect(stdout.match(/.*"event":"stop_incomplete".*/g)?.map((line) => JSON.parse(line))).toMatchObject([
    { level: 50, unfinished: ['requests', 'jobs'] },
  ]);
  expect(await asked).toBe('no answer');

  sandbox.moderator.faults.clear();
  sandbox.hubCore.faults.clear();
  const next = await startReplica({ db, sandbox });
  await untilStatus(createTestClient(next.url, token), order.id, 'COMPLETED');
  expect(sandbox.moderator.bookings().filter(({ request }) => request.order_number === order.number)).toHaveLength(1);
  await assertInvariants(db);
});
