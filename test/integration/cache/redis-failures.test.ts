import { createClient } from '@keyv/redis';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { pricesOn, type Shown } from '../../support/app/price-fleet.ts';
import { until } from '../../support/app/purchase.ts';
import { startRedis } from '../../support/neighbours/redis.ts';
import { startSlowWire } from '../../support/neighbours/slow-wire.ts';
import { parsePrometheus } from '../../support/telemetry/prometheus.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

type Redis = Awaited<ReturnType<typeof startRedis>>;

const HOUR_SECONDS = 3600;
const ALL = { wa_balance: '1', muv: '600', agent_extra: '125000', voice_call_extra: '1', chatbot_ai_extra: '450000' };
const PACKAGES = ['pkg-agent', 'pkg-ai', 'pkg-muv'];
const KEY = 'topup_configuration:price:v1:pkg-muv';

const time = movableClock();
let redis: Redis;
let app: TestApp;

/** Starts the server with this Redis. */
const start = (REDIS_URL: string, shared?: TestApp) =>
  startApp({
    clock: time.clock,
    withoutBackground: true,
    sandbox: { clock: time.now },
    env: { REDIS_URL, UPSTREAM_TIMEOUT_MS: '15000' },
    ...(shared === undefined ? {} : { shared }),
  });

const page = async (of: TestApp = app): Promise<Shown> =>
  pricesOn(await of.client({ scope: 'topup:support', expires_in: 10_000_000 }));

const asked = () =>
  app.sandbox.mekariBilling
    .requests()
    .map(({ path }) => path.split('/').at(-1))
    .toSorted();

async function redisOf({ url }: TestApp): Promise<string> {
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { checks: { redis: string } }).checks.redis;
}

/** The Redis metrics of /metrics: `redis_up`, and the outcomes of the counted calls. */
async function metricsOfRedis() {
  const samples = parsePrometheus(await (await fetch(`${app.url}/metrics`)).text());
  const calls = samples.filter(({ name }) => name === 'redis_calls_total');
  return {
    up: samples.find(({ name }) => name === 'redis_up')?.value,
    outcomes: new Set(calls.map(({ labels }) => labels['outcome'])),
  };
}

const untilRedisIs = (wanted: 'up' | 'down') =>
  until(
    () => redisOf(app),
    (state) => state === wanted,
  );

const clientOf = (url: string) => createClient({ url });
type Client = ReturnType<typeof clientOf>;

async function inRedis<T>(ask: (client: Client) => Promise<T>): Promise<T> {
  const client = clientOf(redis.url);
  await client.connect();
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

/**
 * Checks cold pages, warm ones, and those after the hour with a changed price: every row at the current price, without
 * an extra call.
 */
async function expectRightPages(): Promise<void> {
  for (const muv of ['600', '650']) {
    time.advance(2 * HOUR_SECONDS);
    app.sandbox.mekariBilling.setPrice('pkg-muv', muv);
    app.sandbox.mekariBilling.clearRequests();
    for (const _ of ['cold', 'warm', 'warm']) expect(await page()).toEqual({ ...ALL, muv });
    expect(asked()).toEqual(PACKAGES);
  }
  app.sandbox.mekariBilling.setPrice('pkg-muv', '600');
}

describe.skipIf(!inject('canStartRedis'))('a Redis that fails (needs redis-server on the PATH)', () => {
  afterEach(async () => {
    await app.close();
    await redis.stop();
  });

  test('may be absent when the server starts: the server uses it as soon as it is up', async () => {
    redis = await startRedis();
    await redis.stop();
    app = await start(redis.url);
    expect(await redisOf(app)).toBe('down');
    await expectRightPages();
    redis = await startRedis(redis.port);
    await untilRedisIs('up');
    await expectRightPages();
    expect(await inRedis((client) => client.get(KEY))).toContain('pkg-muv 650');
  });

  interface Failing {
    fail: () => Promise<unknown> | unknown;
    mend: () => Promise<unknown> | unknown;
    /** The sets of outcomes that calls may have had. A broken connection may be seen before a call fails on it. */
    outcomes: readonly ReadonlySet<string>[];
  }
  const FAILING: Record<string, Failing> = {
    killed: {
      outcomes: [new Set(['ok', 'skipped']), new Set(['ok', 'failed', 'skipped'])],
      fail: () => redis.stop(),
      mend: async () => {
        redis = await startRedis(redis.port);
      },
    },
    frozen: {
      outcomes: [new Set(['ok', 'failed', 'skipped'])],
      fail: () => process.kill(redis.pid, 'SIGSTOP'),
      mend: () => process.kill(redis.pid, 'SIGCONT'),
    },
  };

  test.each(Object.entries(FAILING))('may be %s and come back', async (_, { fail, mend, outcomes }) => {
    redis = await startRedis();
    app = await start(redis.url);
    await untilRedisIs('up');
    await expectRightPages();
    expect(await metricsOfRedis()).toEqual({ up: 1, outcomes: new Set(['ok']) });
    await fail();
    // The first request that meets it detects the failure and shows the same page; for two seconds no page needs to
    // ask.
    app.sandbox.mekariBilling.clearRequests();
    const found = await until(
      async () => ({ page: await page(), redis: await redisOf(app) }),
      ({ redis }) => redis === 'down',
    );
    expect(found.page).toMatchObject({ muv: '650' });
    expect(asked()).toEqual([]);
    await expectRightPages();
    const metrics = await metricsOfRedis();
    expect(metrics.up).toBe(0);
    expect(outcomes).toContainEqual(metrics.outcomes);
    await mend();
    await untilRedisIs('up');
    expect((await metricsOfRedis()).up).toBe(1);
    await expectRightPages();
  });

  test('may fail in the middle of cold pages', async () => {
    redis = await startRedis();
    app = await start(redis.url);
    await untilRedisIs('up');
    process.kill(redis.pid, 'SIGSTOP');
    expect(await Promise.all(Array.from({ length: 20 }, () => page()))).toEqual(Array(20).fill(ALL));
    expect(asked()).toEqual(PACKAGES);
  });

  test('counts as up when it is full', async () => {
    redis = await startRedis();
    app = await start(redis.url);
    await untilRedisIs('up');
    await inRedis((client) => client.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '1' }));
    await expectRightPages();
    expect(await inRedis((client) => client.get(KEY))).toBeNull();
    expect(await redisOf(app)).toBe('up');
  });

  test.each([150, 2000])('may take %d ms to answer', async (delayMs) => {
    redis = await startRedis();
    const wire = await startSlowWire(redis.url, delayMs);
    app = await start(wire.url);
    await untilRedisIs(delayMs < 200 ? 'up' : 'down');
    await expectRightPages();
    await wire.stop();
  });
});

describe.skipIf(!inject('canStartRedis'))('a Redis that others write to (needs redis-server on the PATH)', () => {
  let other: TestApp;

  beforeAll(async () => {
    redis = await startRedis();
    app = await start(redis.url);
    other = await start(redis.url, app);
  });
  afterAll(async () => {
    await other.close();
    await app.close();
    await redis.stop();
  });

  /**
   * Puts another replica's prices of this hour into Redis, and none into our memory. Returns the stored text of one
   * price.
   */
  async function storedByAnother(): Promise<string> {
    time.advance(2 * HOUR_SECONDS);
    expect(await page(other)).toEqual(ALL);
    app.sandbox.mekariBilling.clearRequests();
    const stored = await inRedis((client) => client.get(KEY));
    if (stored === null) throw new Error('the other replica stored nothing');
    return stored;
  }

  test('serves a value of another replica without a call', async () => {
    await storedByAnother();
    expect(await page()).toEqual(ALL);
    expect(asked()).toEqual([]);
  });

  const inPlaceOfThePrice = (price: string) => (stored: string) => stored.replace('pkg-muv 600', price);

  test.each<[string, (stored: string) => string]>([
    ['no JSON', () => 'garbage'],
    ['nothing', () => ''],
    ['null', () => 'null'],
    ['a number', () => '600'],
    ['a text', () => '"pkg-muv 5"'],
    ['a list', () => '[{"value":"pkg-muv 5"}]'],
    ['another program’s object', () => '{"value":{"price":"5"}}'],
    ['another version’s object', () => '{"value":"{\\"price\\":5}"}'],
    ['a price without its time', () => '{"value":"{\\"value\\":\\"pkg-muv 5\\"}"}'],
    ['half of it', (stored) => stored.slice(0, stored.length / 2)],
    ['a negative price', inPlaceOfThePrice('pkg-muv -600')],
    ['a price of 0', inPlaceOfThePrice('pkg-muv 0')],
    ['a price that is not whole', inPlaceOfThePrice('pkg-muv 600.5')],
    ['a price beyond all reason', inPlaceOfThePrice('pkg-muv 99999999999999999999')],
    ['a price without a package', inPlaceOfThePrice('5')],
    ['a package without a price', inPlaceOfThePrice('pkg-muv')],
    ['the price of another package', inPlaceOfThePrice('pkg-agent 125000')],
  ])('%s under the key of a price is ignored and leaves the other prices alone', async (_, written) => {
    const stored = await storedByAnother();
    await inRedis((client) => client.set(KEY, written(stored)));
    expect(await page()).toEqual(ALL);
    expect(asked()).toEqual(['pkg-muv']);
    // The fetched value replaces it.
    expect(await inRedis((client) => client.get(KEY))).toContain('pkg-muv 600');
  });

  test.each<[string, (client: Client) => Promise<unknown>]>([
    ['a hash', (client) => client.hSet(KEY, 'price', '5')],
    ['a list', (client) => client.rPush(KEY, 'pkg-muv 5')],
  ])('%s under the key of a price is ignored', async (_, write) => {
    await storedByAnother();
    await inRedis(async (client) => {
      await client.del(KEY);
      await write(client);
    });
    expect(await page()).toEqual(ALL);
    expect(asked()).toEqual(['pkg-muv']);
  });

  test('a price of an hour ago is not served when somebody writes it back', async () => {
    const stored = await storedByAnother();
    time.advance(HOUR_SECONDS);
    app.sandbox.mekariBilling.setPrice('pkg-muv', '650');
    await inRedis((client) => client.set(KEY, stored));
    expect(await page()).toEqual({ ...ALL, muv: '650' });
    app.sandbox.mekariBilling.setPrice('pkg-muv', '600');
  });

  test('a value that stays invalid costs one call an hour, not one a page', async () => {
    await storedByAnother();
    for (let read = 0; read < 5; read++) {
      await inRedis((client) => client.set(KEY, 'garbage'));
      expect(await page()).toEqual(ALL);
    }
    expect(asked()).toEqual(['pkg-muv']);
  });
});
