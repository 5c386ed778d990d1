import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesOf, FollowOrder } from '../../../src/orders/index.ts';
import type { StreamContext } from '../../../src/platform/graphql/subscriptions.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';
import { confirmOrder, createOrder, payUntilReview, until } from '../../support/app/purchase.ts';
import { eventsOf, next, subscribe } from '../../support/app/subscription.ts';
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

const CHANGES = /* GraphQL */ `
  subscription ($id: ID!) { topupOrderChanged(id: $id) { status changedAt timeline { kind } } }
`;
const WAIT = /* GraphQL */ `
  query ($id: ID!, $since: DateTime) { topupOrder(id: $id, changedSince: $since, waitSeconds: 25) { id } }
`;

async function pending() {
  const organizationId = addOrganization(app.sandbox, '1001');
  const client = await app.client({ organization_id: organizationId });
  const order = await confirmOrder(client, await createOrder(client, organizationId, { wa_balance: '1000000' }));
  return { organizationId, client, order };
}

const IN_TRANSACTION = `select from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`;

const follow = (token: string, id: string, url = app.url) => subscribe(url, token, CHANGES, { id });
const waiters = (of: TestApp) => of.services.waiters.size;
const untilWaiters = (of: TestApp, count: number) =>
  until(
    async () => waiters(of),
    (waiting) => waiting === count,
  );

test('an order comes at once, and after each change that another process makes, until it is booked', async () => {
  const { client, order } = await pending();
  const stream = follow(client.token, order.id, other.url);
  const first = (await next(stream)).data.topupOrderChanged;
  expect(first).toMatchObject({ status: 'PENDING_PAYMENT', timeline: [{ kind: 'CREATED' }, { kind: 'CONFIRMED' }] });
  await app.sandbox.mekariPay.pay(order.number);
  const seen = [first];
  while (seen.at(-1).status !== 'COMPLETED') seen.push((await next(stream)).data.topupOrderChanged);
  // A value never repeats, and none is older than the one before it.
  const times = seen.map(({ changedAt }) => changedAt);
  expect(times).toEqual([...new Set(times)].toSorted());
  expect(seen.at(-1).timeline.map(({ kind }: { kind: string }) => kind)).toEqual([
    'CREATED',
    'CONFIRMED',
    'PAID',
    'BOOKED',
  ]);
  await stream.return?.();
  await untilWaiters(other, 0);
});

test('a payment that moves nothing comes once, with its step', async () => {
  const { client, order } = await pending();
  await payUntilReview(app, client, order, { amount: 100_000 });
  const stream = follow(client.token, order.id, other.url);
  const changes = async () => (await next(stream)).data.topupOrderChanged.timeline.at(-1).kind;
  expect(await changes()).toBe('REVIEW');
  await app.sandbox.mekariPay.payPart(order.number, { amount: 50_000 });
  expect(await changes()).toBe('PAYMENT_RECEIVED');
  await app.sandbox.mekariPay.payRest(order.number);
  expect(['PAID', 'BOOKED']).toContain(await changes());
  await stream.return?.();
  await untilWaiters(other, 0);
});

test('an order that is unknown, or another organization’s, is null, and the stream ends', async () => {
  const { order } = await pending();
  const stranger = await app.client({ organization_id: addOrganization(app.sandbox, '1001') });
  for (const id of [randomUUID(), order.id, 'no id'])
    expect(await eventsOf(follow(stranger.token, id))).toEqual([{ data: { topupOrderChanged: null } }]);
  expect(waiters(app)).toBe(0);
});

test('an order is followed under its id in capitals too', async () => {
  const { client, order } = await pending();
  const stream = follow(client.token, order.id.toUpperCase());
  const status = async () => (await next(stream)).data.topupOrderChanged.status;
  expect(await status()).toBe('PENDING_PAYMENT');
  await app.sandbox.mekariPay.pay(order.number);
  await until(status, (current) => current === 'COMPLETED');
  await stream.return?.();
});

test('a text that is no id, for which somebody waits, hides no change of an order', async () => {
  const { order } = await pending();
  expect([...(await changesOf(app.database, ['no id', order.id])).keys()]).toEqual([order.id]);
});

test('support follows the orders of any organization', async () => {
  const { order } = await pending();
  const stream = follow(await app.sandbox.auth.token({ scope: 'topup:support' }), order.id);
  expect((await next(stream)).data.topupOrderChanged.status).toBe('PENDING_PAYMENT');
  await stream.return?.();
});

describe('a refusal is an event with errors, after which the stream ends', () => {
  const refusal = async (token: string, document: string, variables = {}) => {
    const events = await eventsOf(subscribe(app.url, token, document, variables));
    expect(events).toMatchObject([{ errors: [{ extensions: { correlationId: expect.any(String) } }] }]);
    const [error] = events[0]?.errors ?? [];
    return [error?.extensions?.['code'], error?.message];
  };
  const id = randomUUID();

  test.each<[string, string, string, RegExp]>([
    ['without a token', CHANGES, 'UNAUTHENTICATED', /^This needs a token/],
    ['a text that cannot be parsed', 'subscription {', 'GRAPHQL_PARSE_FAILED', /^Syntax Error/],
    ['an unknown field', 'subscription { orders { id } }', 'GRAPHQL_VALIDATION_FAILED', /^Cannot query field "orders"/],
    [
      'two fields',
      `subscription { a: topupOrderChanged(id: "${id}") { id } b: topupOrderChanged(id: "${id}") { id } }`,
      'GRAPHQL_VALIDATION_FAILED',
      /only one top level field/,
    ],
    ['a query', '{ topupOptions { id } }', 'GRAPHQL_VALIDATION_FAILED', /^An event stream answers one subscription/],
    [
      'a mutation',
      `mutation { cancelTopupOrder(input: { orderId: "${id}" }) { order { id } } }`,
      'GRAPHQL_VALIDATION_FAILED',
      /^An event stream answers one subscription/,
    ],
  ])('%s', async (title, document, code, message) => {
    const token = title === 'without a token' ? '' : (await app.client()).token;
    expect(await refusal(token, document, { id })).toEqual([code, expect.stringMatching(message)]);
  });

  test('a token that is not valid, and one without the scope', async () => {
    expect(await refusal('a.b.c', CHANGES, { id })).toEqual(['UNAUTHENTICATED', expect.stringMatching(/^The token/)]);
    const reader = await app.sandbox.auth.token({ scope: 'topup:approve' });
    expect(await refusal(reader, CHANGES, { id })).toEqual(['FORBIDDEN', expect.any(String)]);
  });

  test('a variable that is missing', async () => {
    const { token } = await app.client();
    expect((await refusal(token, CHANGES))[0]).toBe('BAD_USER_INPUT');
  });

  test('an operation over the limits of every other one', async () => {
    const { token } = await app.client();
    const deep =
      'a: organization { topupOrders(first: 100) { edges { node { timeline { kind at } lines { id code } } } } }';
    const dear = `subscription ($id: ID!) { topupOrderChanged(id: $id) { ${['a', 'b', 'c', 'd', 'e'].map((alias) => deep.replace('a:', `${alias}:`)).join(' ')} } }`;
    expect(await refusal(token, dear, { id })).toEqual(['GRAPHQL_VALIDATION_FAILED', expect.stringMatching(/cost/)]);
  });
});

test('without `Accept: text/event-stream` a subscription is refused, with what would be right', async () => {
  const { errors } = await (await app.client()).send(CHANGES, { id: randomUUID() });
  expect(errors).toMatchObject([
    {
      message: 'A subscription is answered by an event stream: send `Accept: text/event-stream`.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
});

test('a GET is answered too, as Hive Gateway sends it, and no proxy keeps or holds it back', async () => {
  const { client, order } = await pending();
  const query = new URLSearchParams({ query: CHANGES, variables: JSON.stringify({ id: order.id }) });
  const leave = new AbortController();
  const { status, headers, body } = await fetch(`${app.url}/graphql?${query}`, {
    headers: { accept: 'text/event-stream', authorization: `Bearer ${client.token}` },
    signal: leave.signal,
  });
  expect(status).toBe(200);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  let text = '';
  for await (const bytes of body ?? []) {
    text += Buffer.from(bytes).toString();
    if (/event: next\ndata: .*\n\n/.test(text)) break;
  }
  expect(text).toMatch(/^:\n\nevent: next\ndata: \{"data":\{"topupOrderChanged":\{"status":"PENDING_PAYMENT",/);
  leave.abort();
  await untilWaiters(app, 0);
});

test('streams and waits count together for a caller and the process, and are shown apart', async () => {
  const [first, second, third] = [await pending(), await pending(), await pending()];
  const streams = Array.from({ length: 2 }, () => follow(first.client.token, first.order.id));
  const [{ data } = {}] = await Promise.all(streams.map(next));
  const { changedAt: since } = data.topupOrderChanged;
  const wait = first.client.send(WAIT, { id: first.order.id, since });
  await untilWaiters(app, 3);
  const [refused] = await eventsOf(follow(first.client.token, first.order.id));
  expect(refused?.errors).toMatchObject([
    {
      message:
        'At most 3 requests and streams of a caller wait at once: read the order by topupOrder, or end another stream and subscribe again.',
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 5, limit: 3 },
    },
  ]);
  const others = Array.from({ length: 3 }, () => follow(second.client.token, second.order.id));
  await Promise.all(others.map(next));
  const [full] = await eventsOf(follow(third.client.token, third.order.id));
  expect(full?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', limit: 6 } }]);
  const metrics = await scrape(app);
  expect(metrics).toMatch(/^waiting_requests\{[^}]*for="order"[^}]*\} 1$/m);
  expect(metrics).toMatch(/^waiting_requests\{[^}]*for="subscription"[^}]*\} 5$/m);
  await app.sandbox.mekariPay.pay(first.order.number);
  expect((await wait).data.topupOrder).toEqual({ id: first.order.id });
  // Clients that leave count no more.
  await Promise.all([...streams, ...others].map((stream) => stream.return?.()));
  await untilWaiters(app, 0);
});

test('an open stream holds no connection to the database', async () => {
  const { client, order } = await pending();
  const stream = follow(client.token, order.id);
  await next(stream);
  // Jobs of the confirm may have a transaction at first; the stream outlasts them.
  await until(
    () => app.db.query(IN_TRANSACTION),
    (busy) => busy.length === 0,
  );
  expect(waiters(app)).toBe(1);
  await stream.return?.();
});

test('a change after the token has expired is not sent, and the stream ends with UNAUTHENTICATED', async () => {
  const { organizationId, order } = await pending();
  // Clocks may differ by 30 seconds: it is valid for two seconds more.
  const token = await app.sandbox.auth.token({ organization_id: organizationId, expires_in: -28 });
  const stream = follow(token, order.id);
  await next(stream);
  await sleep(3000);
  await app.sandbox.mekariPay.pay(order.number);
  expect(await eventsOf(stream)).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
  expect(waiters(app)).toBe(0);
});

test('a stop ends streams as completed', async () => {
  const { client, order } = await pending();
  const late = await startApp({ env, shared: app });
  const stream = follow(client.token, order.id, late.url);
  await next(stream);
  const rest = eventsOf(stream);
  await late.close();
  expect(await rest).toEqual([]);
});

describe('without any change', () => {
  /** The context of a caller whose token is valid as long as `isValid`. */
  function contextOf(organizationId: string): StreamContext & { isValid: boolean; close(): void } {
    const listeners = new Set<() => void>();
    const caller = { subject: 'siti', organizationId, scopes: new Set(['topup:read']) };
    const log = app.log;
    const own = () => ({ caller, correlationId: randomUUID(), startedAt: performance.now(), log, logFields: {} });
    return {
      ...own(),
      isValid: true,
      async renew() {
        if (!this.isValid) throw new Error('expired');
        return own();
      },
      onClosed(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      close() {
        for (const listener of [...listeners]) listener();
      },
    };
  }

  async function opened(longestMs: number, checkMs: number) {
    const { organizationId, order } = await pending();
    const context = contextOf(organizationId);
    const stream = new FollowOrder(app.services.orders, app.services.watch, app.services.waiters, longestMs, checkMs);
    const values = stream.follow(context, order.id);
    expect((await values.next()).value).toMatchObject({ value: { id: order.id } });
    return { context, stream, values };
  }

  test('a stream ends after its longest life', async () => {
    const { stream, values } = await opened(1000, 60_000);
    expect(await values.next()).toEqual({ done: true, value: undefined });
    expect([stream.size, waiters(app)]).toEqual([0, 0]);
  });

  test('a stream ends at the check after its token has expired', async () => {
    const { context, stream, values } = await opened(600_000, 50);
    context.isValid = false;
    await expect(values.next()).rejects.toThrow('expired');
    expect([stream.size, waiters(app)]).toEqual([0, 0]);
  });

  test('a stream ends when its client leaves', async () => {
    const { context, stream, values } = await opened(600_000, 60_000);
    const end = values.next();
    await sleep(0);
    context.close();
    expect(await end).toEqual({ done: true, value: undefined });
    expect([stream.size, waiters(app)]).toEqual([0, 0]);
  });
});
