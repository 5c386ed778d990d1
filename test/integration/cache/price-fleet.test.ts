import { createClient } from '@keyv/redis';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { addOrganization } from '../../support/app/organizations.ts';
import { addPackages, type PriceFleet, pricesOn, type Shown, startPriceFleet } from '../../support/app/price-fleet.ts';
import { until } from '../../support/app/purchase.ts';
import type { TestClient } from '../../support/app/test-client.ts';
import { type RedisServer, startRedis } from '../../support/neighbours/redis.ts';
import type { Latch } from '../../support/neighbours/relay.ts';
import { movableClock } from '../../support/tools/movable-clock.ts';

const HOUR_SECONDS = 3600;
const ALL = { wa_balance: '1', muv: '600', agent_extra: '125000', voice_call_extra: '1', chatbot_ai_extra: '450000' };
const PACKAGES = ['pkg-agent', 'pkg-ai', 'pkg-muv'];
const OF_EACH_OF_THREE = PACKAGES.flatMap((packageId) => [packageId, packageId, packageId]);
const NEEDS_REDIS = '(needs redis-server on the PATH)';
/** A margin for the time of a thousand pages on a busy machine. */
const PATIENT = { timeout: 110_000 };
const NO_TIMEOUT = { UPSTREAM_TIMEOUT_MS: '120000' };

const time = movableClock();
const canStartRedis = inject('canStartRedis');
let redis: RedisServer | undefined;
let fleet: PriceFleet;

async function startFleet(size: number, env: Record<string, string>): Promise<void> {
  fleet = await startPriceFleet(size, time, env);
}

async function startFleetWithRedis(env: Record<string, string>): Promise<void> {
  redis = await startRedis();
  await startFleet(3, { ...env, REDIS_URL: redis.url });
}

/** Every test starts cold: the hour of the earlier prices has passed. */
afterEach(async () => {
  await fleet.reset();
  time.advance(2 * HOUR_SECONDS);
});

async function stopFleet(): Promise<void> {
  await fleet.stop();
  await redis?.stop();
  redis = undefined;
}

/** The distinct pages. */
const shownBy = async (pages: readonly Promise<Shown>[]) =>
  [...new Set((await Promise.all(pages)).map((page) => JSON.stringify(page)))].map((text) => JSON.parse(text));

/** New connections at a time. A busy machine accepts no thousand before the client gives one up. */
const NEW_CONNECTIONS = 100;

/** Requests this many cold pages at once over all replicas: each one arrives before the first price does. */
async function atOnce(count: number, organizations: readonly string[]): Promise<Shown[]> {
  const { apps, clients } = fleet;
  const held = fleet.holdAnswers(PACKAGES);
  let come = 0;
  const note = () => {
    come += 1;
  };
  const servers = apps.map(({ server }) => server.server.on('request', note));
  const pages: Promise<Shown>[] = [];
  const failures: unknown[] = [];
  while (pages.length < count) {
    const index = pages.length;
    const page = pricesOn(clients[index % clients.length] as TestClient, organizations[index % organizations.length]);
    page.catch((error) => failures.push(error));
    pages.push(page);
    if (pages.length % NEW_CONNECTIONS > 0 && pages.length < count) continue;
    await until(
      async () => come,
      (requests) => requests >= pages.length || failures.length > 0,
    );
    expect(failures).toEqual([]);
  }
  for (const server of servers) server.off('request', note);
  await Promise.all(held.map(({ reached }) => reached));
  for (const { release } of held) release();
  return shownBy(pages);
}

describe('a thousand cold pages on one replica make one call per package', () => {
  beforeAll(() => startFleet(1, NO_TIMEOUT));
  afterAll(stopFleet);

  test('for one organization', PATIENT, async () => {
    expect(await atOnce(1000, ['1001'])).toEqual([ALL]);
    expect(fleet.asked()).toEqual(PACKAGES);
    expect(fleet.apps[0].sandbox.hubCore.requestCount()).toBe(1);
  });

  test('for fifty organizations', PATIENT, async () => {
    const { sandbox } = fleet.apps[0];
    const ids = Array.from({ length: 50 }, () => addOrganization(sandbox, '1001'));
    expect(await atOnce(1000, ids)).toEqual([ALL]);
    expect(fleet.asked()).toEqual(PACKAGES);
  });
});

describe('three replicas without Redis', () => {
  beforeAll(() => startFleet(3, NO_TIMEOUT));
  afterAll(stopFleet);

  test('each make one call per package', async () => {
    expect(await atOnce(300, ['1001'])).toEqual([ALL]);
    expect(fleet.asked()).toEqual(OF_EACH_OF_THREE);
  });
});

describe.skipIf(!canStartRedis)(`three replicas with one Redis ${NEEDS_REDIS}`, () => {
  beforeAll(() => startFleetWithRedis(NO_TIMEOUT));
  afterAll(stopFleet);

  /** The page that every replica shows, when all show the same. */
  const onAll = () => shownBy(fleet.clients.map((client) => pricesOn(client)));

  async function warm(): Promise<void> {
    expect(await onAll()).toEqual([ALL]);
    fleet.billing.clearRequests();
  }

  test('a thousand cold pages make one call per package for the whole fleet', PATIENT, async () => {
    expect(await atOnce(1000, ['1001'])).toEqual([ALL]);
    expect(fleet.asked()).toEqual(PACKAGES);
  });

  test('renew a price in use before its hour ends: no page waits for it', async () => {
    await warm();
    fleet.billing.setPrice('pkg-muv', '650');
    time.advance(0.95 * HOUR_SECONDS);
    const held = fleet.holdAnswers(PACKAGES);
    // All three see that it is time, and one asks. Meanwhile every page is answered from the cache.
    expect(await onAll()).toEqual([ALL]);
    await Promise.all(held.map(({ reached }) => reached));
    expect(await onAll()).toEqual([ALL]);
    for (const { release } of held) release();
    await until(onAll, (shown) => shown.every((prices) => prices.muv === '650'));
    expect(fleet.asked()).toEqual(PACKAGES);

    // No call succeeds at the end of the hour, and none is needed.
    time.advance(0.1 * HOUR_SECONDS);
    await fleet.billing.refuse();
    expect(await onAll()).toEqual([{ ...ALL, muv: '650' }]);
  });

  test('keep the old price until its hour ends when a renewal fails, and drop it then', async () => {
    await warm();
    fleet.billing.setPrice('pkg-muv', '650');
    fleet.billing.faults.set([{ kind: 'status', match: { path: 'pkg-muv' } }]);
    time.advance(0.95 * HOUR_SECONDS);
    expect(await onAll()).toEqual([ALL]);
    await fleet.billing.waitForRequest({ path: 'pkg-muv' });
    expect(await onAll()).toEqual([ALL]);

    time.advance(0.05 * HOUR_SECONDS);
    const { muv: _, ...others } = ALL;
    expect(await onAll()).toEqual([others]);
    fleet.billing.faults.clear();
    time.advance(6);
    expect(await onAll()).toEqual([{ ...ALL, muv: '650' }]);
  });
});

describe.skipIf(!canStartRedis)(`replicas wait for each other a third of a call's time ${NEEDS_REDIS}`, () => {
  beforeAll(() => startFleetWithRedis({ UPSTREAM_TIMEOUT_MS: '12000' }));
  afterAll(stopFleet);

  test('a Mekari Billing that takes longer gets one call from each replica, and no more', async () => {
    const held = fleet.holdAnswers(OF_EACH_OF_THREE);
    const pages = Array.from({ length: 30 }, () => fleet.clients.map((client) => pricesOn(client))).flat();
    await Promise.all(held.map(({ reached }) => reached));
    for (const { release } of held) release();
    expect(await shownBy(pages)).toEqual([ALL]);
    expect(fleet.asked()).toEqual(OF_EACH_OF_THREE);
  });

  test('a replica that dies during its call delays the others by that time alone', async () => {
    const lock = 'topup_configuration:price:v1:pkg-muv:asking';
    const store = createClient({ url: redis?.url });
    await store.connect();
    try {
      await store.set(lock, 'one that died', { expiration: { type: 'PX', value: 600_000 } });
      for (const client of fleet.clients) expect(await pricesOn(client)).toEqual(ALL);
      // The first value serves the others, under the dead replica's lock.
      expect(fleet.asked()).toEqual(PACKAGES);
      expect(await store.get(lock)).toBe('one that died');
    } finally {
      await store.del(lock);
      store.destroy();
    }
  });
});

describe('forty packages', () => {
  const codes = Array.from({ length: 40 }, (_, index) => `quota_${index}`);
  beforeAll(() => startFleet(1, NO_TIMEOUT));
  afterAll(stopFleet);

  test('are fetched sixteen at a time', async () => {
    await addPackages(fleet.apps[0], codes);
    const held = fleet.holdAnswers([...PACKAGES, ...codes.map((code) => `pkg-${code}`)]);
    const answered: Latch[] = [];
    let [released, most] = [0, 0];
    for (const latch of held) {
      void latch.reached.then(() => {
        answered.push(latch);
        most = Math.max(most, answered.length - released);
      });
    }
    const page = shownBy(fleet.clients.map((client) => pricesOn(client)));
    while (released < held.length) {
      await until(
        async () => answered.length,
        (length) => length >= Math.min(released + 16, held.length),
      );
      answered[released]?.release();
      released += 1;
    }
    expect(most).toBe(16);
    expect(await page).toEqual([{ ...ALL, ...Object.fromEntries(codes.map((code) => [code, '7'])) }]);
  });
});
