import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, until } from '../../support/app/purchase.ts';
import { createTestClient, type TestClient } from '../../support/app/test-client.ts';
import { scrape } from '../../support/telemetry/served-metrics.ts';

let app: TestApp;
/** Another process over the same database, as far as one process can stand for two. */
let other: TestApp;

const env = { MAX_WAITING_REQUESTS: '6', MAX_WAITING_REQUESTS_PER_CALLER: '3' };

beforeAll(async () => {
  app = await startApp({ env });
  other = await startApp({ env, shared: app });
});
afterAll(async () => {
  await other.close();
  await app.close();
});

const WAIT = /* GraphQL */ `
  query ($id: ID!, $since: DateTime, $seconds: Int) {
    topupOrder(id: $id, changedSince: $since, waitSeconds: $seconds) { id status changedAt }
  }
`;

async function pending() {
  const organizationId = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: organizationId });
  const order = await confirmOrder(client, await createOrder(client, organizationId, { wa_balance: '1000000' }));
  const changedAt = async () => (await client.query(WAIT, { id: order.id })).topupOrder.changedAt as string;
  // The invoice is stored after the answer.
  await until(changedAt, (first) => first !== undefined);
  return { organizationId, client, order, changedAt };
}

const waitFor = (client: TestClient, id: string, since: string, seconds = 25) =>
  client.send(WAIT, { id, since, seconds });
const waiters = (of: TestApp) => of.services.waiters.size;

test('a payment reaches a waiting request of another process, by a webhook and its notification', async () => {
  const { client, order, changedAt } = await pending();
  const since = await changedAt();
  const elsewhere = createTestClient(other.url, client.token);
  const answers = [waitFor(client, order.id, since), waitFor(elsewhere, order.id, since)];
  await until(
    async () => waiters(app) + waiters(other),
    (count) => count === 2,
  );
  await app.sandbox.mekariPay.pay(order.number);
  for (const { data } of await Promise.all(answers)) {
    expect(data.topupOrder.changedAt > since).toBe(true);
    expect(['PAID', 'COMPLETED']).toContain(data.topupOrder.status);
  }
  expect([waiters(app), waiters(other)]).toEqual([0, 0]);
});

test('an order that is newer than changedSince, and one without it, are answered without a wait', async () => {
  const { client, order } = await pending();
  const at = performance.now();
  for (const since of ['1970-01-01T00:00:00Z', '2026-11-22T10:04:05+07:00', null]) {
    const { data } = await client.send(WAIT, { id: order.id, since, seconds: 25 });
    expect(data.topupOrder.id).toBe(order.id);
  }
  expect(performance.now() - at).toBeLessThan(20_000);
});

test('an unchanged order is answered after the wait, not null', async () => {
  const { client, order, changedAt } = await pending();
  const { data } = await waitFor(client, order.id, await changedAt(), 1);
  expect(data.topupOrder).toMatchObject({ id: order.id, status: 'PENDING_PAYMENT' });
});

test('an order that is unknown, or another organization’s, is null at once', async () => {
  const { order } = await pending();
  const stranger = await app.client({ organization_id: addOrganization(app.sandbox, '1001') });
  for (const id of [randomUUID(), order.id, 'no id'])
    expect((await waitFor(stranger, id, '2099-01-01T00:00:00Z')).data).toEqual({ topupOrder: null });
  expect(waiters(app)).toBe(0);
});

test.each([
  [26, 'waitSeconds is from 0 to 25; got 26.'],
  [-1, 'waitSeconds is from 0 to 25; got -1.'],
])('a wait of %i seconds is refused, with or without changedSince', async (seconds, message) => {
  const { client, order } = await pending();
  for (const since of ['2099-01-01T00:00:00Z', null]) {
    const { errors } = await client.send(WAIT, { id: order.id, since, seconds });
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test.each(['yesterday', '2026-02-30T00:00:00Z', '2026-11-29T10:00:00', 1764400000000])(
  'changedSince %j is refused',
  async (since) => {
    const { client, order } = await pending();
    const { errors } = await client.send(WAIT, { id: order.id, since, seconds: 1 });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  },
);

test('one field of a request waits, and a second one is refused', async () => {
  const { client, order, changedAt } = await pending();
  const since = await changedAt();
  const wait = (alias: string) =>
    `${alias}: topupOrder(id: "${order.id}", changedSince: "${since}", waitSeconds: 1) { id }`;
  const { data, errors } = await client.send(`{ ${wait('a')} ${wait('b')} }`);
  expect(Object.values(data).filter((each) => each !== null)).toHaveLength(1);
  expect(errors).toMatchObject([
    {
      message: 'One field of a request may wait: ask for other orders in requests of their own.',
      extensions: { code: 'BAD_USER_INPUT' },
    },
  ]);
});

test('waits are bounded per caller and per process, and shown', async () => {
  const buyers = [await pending(), await pending(), await pending()];
  const sent = await Promise.all(
    buyers.map(async ({ client, order, changedAt }, index) => {
      const since = await changedAt();
      return Array.from({ length: index === 0 ? 3 : 2 }, () => waitFor(client, order.id, since, 25));
    }),
  );
  await until(
    async () => waiters(app),
    (count) => count === 6,
  );
  const [first, , last] = buyers;
  if (first === undefined || last === undefined) throw new Error('there are three buyers');
  const refused = await waitFor(first.client, first.order.id, '2099-01-01T00:00:00Z');
  expect(refused.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 5 } }]);
  expect(await scrape(app)).toMatch(/^waiting_requests\{[^}]*for="order"[^}]*\} 6$/m);
  for (const { order } of buyers) await app.sandbox.mekariPay.pay(order.number);
  const answers = await Promise.all(sent.flat());
  expect(answers.filter(({ errors }) => errors?.[0]?.extensions['code'] === 'RATE_LIMITED')).toHaveLength(1);
  expect(waiters(app)).toBe(0);
});

test('a client that leaves counts no more', async () => {
  const { client, order } = await pending();
  const body = JSON.stringify({
    query: WAIT,
    variables: { id: order.id, since: '2099-01-01T00:00:00Z', seconds: 25 },
  });
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = [
    'POST /graphql HTTP/1.1',
    'host: x',
    'content-type: application/json',
    `authorization: Bearer ${client.token}`,
  ];
  socket.write(`${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await until(
    async () => waiters(app),
    (count) => count === 1,
  );
  socket.destroy();
  await until(
    async () => waiters(app),
    (count) => count === 0,
  );
});

test('a lost listener is replaced, and a change of that time is still seen', async () => {
  const { client, order, changedAt } = await pending();
  const since = await changedAt();
  const answer = waitFor(client, order.id, since);
  await until(
    async () => waiters(app),
    (count) => count === 1,
  );
  await app.db.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'self-topup-listener'`,
  );
  await app.sandbox.mekariPay.pay(order.number);
  expect((await answer).data.topupOrder.changedAt > since).toBe(true);
});

test('waiting holds no connection to the database', async () => {
  const { client, order } = await pending();
  const answers = Array.from({ length: 3 }, () => waitFor(client, order.id, '2099-01-01T00:00:00Z', 2));
  await until(
    async () => waiters(app),
    (count) => count === 3,
  );
  // Jobs of the confirm may have a transaction at first; the waits outlast them.
  await until(
    () =>
      app.db.query(
        `select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
      ),
    (busy) => busy.length === 0,
  );
  expect(waiters(app)).toBe(3);
  await Promise.all(answers);
});

test('a stop answers all waits at once', async () => {
  const { client, order, changedAt } = await pending();
  const late = await startApp({ env, shared: app });
  const since = await changedAt();
  const answer = waitFor(createTestClient(late.url, client.token), order.id, since, 25);
  await until(
    async () => waiters(late),
    (count) => count === 1,
  );
  await late.close();
  expect((await answer).data.topupOrder).toMatchObject({ status: 'PENDING_PAYMENT', changedAt: since });
});
