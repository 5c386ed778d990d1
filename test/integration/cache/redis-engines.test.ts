import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { createSharedStore, type SharedStore } from '../../../src/clients/cache/shared-store.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { pricesOn } from '../../support/app/price-fleet.ts';
import { until } from '../../support/app/purchase.ts';
import { type RedisEngine, startRedisCluster, startRedisSentinel } from '../../support/neighbours/redis-engines.ts';

/** Real servers: a Redis Cluster, and a master with a replica and three Sentinels. Both ask for passwords. */

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const KEY = 'topup_configuration:price:v1:pkg-muv';
/** They lie on every node of a cluster. */
const KEYS = Array.from({ length: 30 }, (_, index) => `topup_configuration:price:v1:pkg-${index}`);
const MINUTE = 60_000;
const LIMIT = 4;
const MUTATION = 'mutation { cancelTopupOrder(input: { orderId: "1" }) { userErrors { code } } }';
const ONE = 'if redis.call("set", KEYS[1], ARGV[1]) then return 1 end';

const NAMES = ['Redis Cluster', 'Redis Sentinel'] as const;
let engines: Record<(typeof NAMES)[number], RedisEngine>;
/** Its database and neighbours are those of all replicas. */
let base: TestApp;

/** Statuses of this many mutations of one caller, sent one after the other. */
async function mutate(on: TestApp, sub: string, times: number): Promise<number[]> {
  const client = await on.client({ sub });
  const statuses: number[] = [];
  for (let sent = 0; sent < times; sent++) statuses.push((await client.send(MUTATION)).status);
  return statuses;
}

async function pageOf(app: TestApp) {
  return pricesOn(await app.client({ scope: 'topup:support' }));
}

describe.skipIf(!inject('canStartRedis'))('several servers of Redis (needs redis-server on the PATH)', () => {
  beforeAll(async () => {
    const [cluster, sentinel] = await Promise.all([
      startRedisCluster(KEY),
      startRedisSentinel(),
      startApp({ withoutBackground: true }).then((app) => {
        base = app;
      }),
    ]);
    engines = { 'Redis Cluster': cluster, 'Redis Sentinel': sentinel };
  });

  afterAll(async () => {
    await base?.close();
  });

  describe.each(NAMES)('%s', (name) => {
    let engine: RedisEngine;
    let app: TestApp;
    let other: TestApp;
    let store: SharedStore;
    let another: SharedStore;

    beforeAll(async () => {
      engine = engines[name];
      const env = { REDIS_URL: engine.url, MUTATIONS_PER_MINUTE: String(LIMIT) };
      const start = () => startApp({ withoutBackground: true, env, shared: base });
      [app, other] = await Promise.all([start(), start()]);
      [store, another] = [createSharedStore({ url: engine.url }), createSharedStore({ url: engine.url })];
      await until(
        async () => [store, another, app.neighbours.redis, other.neighbours.redis].every((each) => each?.isUp === true),
        (areUp) => areUp,
      );
    });

    afterAll(async () => {
      store?.close();
      another?.close();
      await Promise.all([app?.close(), other?.close()]);
      await engine?.stop();
    });

    test('replicas share values, locks and scripts, whatever the key', async () => {
      await Promise.all(KEYS.map((key) => store.set(key, `of ${key}`, MINUTE)));
      expect(await Promise.all(KEYS.map((key) => another.get(key)))).toEqual(KEYS.map((key) => `of ${key}`));
      const locks = await Promise.all(KEYS.map((key) => store.lock(`${key}:asking`, MINUTE)));
      expect(locks).not.toContain('taken');
      expect(new Set(await Promise.all(KEYS.map((key) => another.lock(`${key}:asking`, MINUTE))))).toEqual(
        new Set(['taken']),
      );
      await Promise.all(locks.map((unlock) => (unlock === 'taken' ? undefined : unlock())));
      expect(await Promise.all(KEYS.map((key) => another.lock(`${key}:asking`, MINUTE)))).not.toContain('taken');
      expect(await Promise.all(KEYS.map((key) => store.run(ONE, key, ['set'])))).toEqual(
        KEYS.map(() => ({ value: 1 })),
      );
    });

    test('replicas ask once for a price, and count the mutations of a caller together', async () => {
      const page = await pageOf(app);
      expect(page).toMatchObject({ muv: '600', agent_extra: '125000' });
      app.sandbox.mekariBilling.clearRequests();
      expect(await pageOf(other)).toEqual(page);
      expect(app.sandbox.mekariBilling.requests()).toEqual([]);
      expect(await mutate(app, 'together', LIMIT - 1)).toEqual([200, 200, 200]);
      expect(await mutate(other, 'together', 2)).toEqual([200, 429]);
    });

    test('a fail-over is followed, and pages are right meanwhile', async () => {
      const failedOver = engine.failOver();
      expect(await pageOf(app)).toMatchObject({ muv: '600' });
      expect(await mutate(app, 'meanwhile', 1)).toEqual([200]);
      await failedOver;
      await until(
        async () => {
          await store.set(KEY, 'after', MINUTE);
          return another.get(KEY);
        },
        (value) => value === 'after',
      );
      expect(await pageOf(other)).toMatchObject({ muv: '600' });
    });

    test('without any server left, pages come from memory and mutations are counted there', async () => {
      await engine.stop();
      await until(
        async () => {
          await store.get(KEY);
          return store.isUp;
        },
        (isUp) => !isUp,
      );
      expect(await pageOf(app)).toMatchObject({ muv: '600' });
      expect(await mutate(app, 'alone', LIMIT + 1)).toEqual([200, 200, 200, 200, 429]);
    });
  });
});
