import { createClient } from '@keyv/redis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { until } from '../../support/app/purchase.ts';
import { startRedis } from '../../support/neighbours/redis.ts';

const LIMIT = 4;
const MUTATION = 'mutation { cancelTopupOrder(input: { orderId: "1" }) { userErrors { code } } }';
const KEYS = 'self_topup_mutations:*';

let redis: Awaited<ReturnType<typeof startRedis>>;
let app: TestApp;
let other: TestApp;
let unlimited: TestApp;

const start = (perMinute: number, shared?: TestApp) =>
  startApp({
    withoutBackground: true,
    env: { REDIS_URL: redis.url, MUTATIONS_PER_MINUTE: String(perMinute) },
    ...(shared === undefined ? {} : { shared }),
  });

async function untilRedisIs(wanted: 'up' | 'down'): Promise<void> {
  for (const { url } of [app, other]) {
    await until(
      async () => (await (await fetch(`${url}/readyz`)).json()) as { checks: { redis: string } },
      ({ checks }) => checks.redis === wanted,
    );
  }
}

/** The statuses of this many mutations of one caller, sent one after the other. */
async function mutate(on: TestApp, sub: string, times: number): Promise<number[]> {
  const client = await on.client({ sub });
  const statuses: number[] = [];
  for (let sent = 0; sent < times; sent++) statuses.push((await client.send(MUTATION)).status);
  return statuses;
}

const allowed = (times: number) => Array(times).fill(200);

async function inRedis<T>(ask: (client: ReturnType<typeof createClient>) => Promise<T>): Promise<T> {
  const client = createClient({ url: redis.url });
  await client.connect();
  try {
    return await ask(client as ReturnType<typeof createClient>);
  } finally {
    client.destroy();
  }
}

/** The counters by key. */
const counted = () =>
  inRedis(async (client) => {
    const keys = (await client.keys(KEYS)).map(String);
    return new Map(await Promise.all(keys.map(async (key) => [key, Number(await client.get(key))] as const)));
  });

/** Expects the two to count together and to refuse the excess. */
async function expectOneLimit(sub: string): Promise<void> {
  expect(await mutate(app, sub, LIMIT - 1)).toEqual(allowed(LIMIT - 1));
  expect(await mutate(other, sub, 2)).toEqual([200, 429]);
  expect(await mutate(app, sub, 1)).toEqual([429]);
}

describe.skipIf(!inject('canStartRedis'))('replicas that share a Redis (needs redis-server on the PATH)', () => {
  beforeAll(async () => {
    redis = await startRedis();
    app = await start(LIMIT);
    other = await start(LIMIT, app);
    unlimited = await start(0, app);
    await untilRedisIs('up');
  });

  afterAll(async () => {
    await unlimited?.close();
    await other?.close();
    await app?.close();
    await redis?.stop();
  });

  test('allow a caller one number of mutations together, and answer the wait in whole seconds', async () => {
    await expectOneLimit('together');
    const { status, headers, data, errors } = await (await other.client({ sub: 'together' })).send(MUTATION);
    expect({ status, data, code: errors?.[0]?.extensions['code'] }).toEqual({
      status: 429,
      data: undefined,
      code: 'RATE_LIMITED',
    });
    expect(headers.get('retry-after')).toMatch(/^([1-9]|[1-5]\d|60)$/);
    expect(await mutate(app, 'somebody else', 1)).toEqual([200]);
  });

  test('share keys that name nobody and expire with their minute', async () => {
    await mutate(app, 'rina@shop.example.test', 1);
    const held = await inRedis(async (client) => {
      const keys = (await client.keys('*')).map(String);
      return Promise.all(
        keys.map(async (key) => ({ key, text: String(await client.get(key)), ttl: await client.ttl(key) })),
      );
    });
    const ours = held.filter(({ key }) => key.startsWith('self_topup_mutations:'));
    expect(ours.length).toBeGreaterThan(0);
    for (const { ttl } of ours) expect(Number(ttl)).toBeLessThanOrEqual(60);
    for (const { ttl } of ours) expect(Number(ttl)).toBeGreaterThan(0);
    expect(JSON.stringify(held)).not.toMatch(/rina|example\.test|1001|eyJ/);
  });

  test("do not pass a refused caller's flood on to Redis", async () => {
    expect(await mutate(app, 'flood', LIMIT + 20)).toEqual([...allowed(LIMIT), ...Array(20).fill(429)]);
    expect(Math.max(...(await counted()).values())).toBeLessThanOrEqual(LIMIT + 1);
  });

  test('count nothing when the limit is 0', async () => {
    const before = await counted();
    expect(await mutate(unlimited, 'unlimited', LIMIT + 5)).toEqual(allowed(LIMIT + 5));
    expect([...(await counted()).keys()].filter((key) => !before.has(key))).toEqual([]);
  });

  const FAILING: Record<string, { fail: () => Promise<unknown> | unknown; mend: () => Promise<unknown> | unknown }> = {
    killed: {
      fail: () => redis.stop(),
      mend: async () => {
        redis = await startRedis(redis.port);
      },
    },
    frozen: {
      fail: () => process.kill(redis.pid, 'SIGSTOP'),
      mend: () => process.kill(redis.pid, 'SIGCONT'),
    },
  };

  test.each(Object.entries(FAILING))(
    'count alone while Redis is %s, until it is back',
    async (kind, { fail, mend }) => {
      await fail();
      try {
        expect(await mutate(app, `while ${kind}`, LIMIT + 1)).toEqual([...allowed(LIMIT), 429]);
        expect(await mutate(other, `while ${kind}`, LIMIT + 1)).toEqual([...allowed(LIMIT), 429]);
        await untilRedisIs('down');
      } finally {
        await mend();
      }
      await untilRedisIs('up');
      await expectOneLimit(`after ${kind}`);
    },
  );

  test('refuse nobody when Redis is full', async () => {
    await inRedis((client) => client.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '1' }));
    expect(await mutate(app, 'full', LIMIT + 1)).toEqual([...allowed(LIMIT), 429]);
    expect(await mutate(other, 'full', 1)).toEqual([200]);
  });
});
