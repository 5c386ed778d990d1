import { randomUUID } from 'node:crypto';
import { createClient } from '@keyv/redis';
import { afterEach, describe, expect, inject, test } from 'vitest';
import { createSharedStore, type SharedStore } from '../../../src/clients/shared-store.ts';
import { until } from '../../support/purchase.ts';
import { type startRedis as StartRedis, startRedis } from '../../support/redis.ts';

type OwnRedis = Awaited<ReturnType<typeof StartRedis>>;

const redisUrl = inject('redisUrl');
const canStartRedis = inject('canStartRedis');
const MINUTE = 60_000;
const KEY = 'topup_configuration:price:v1:pkg-muv';
const stores: SharedStore[] = [];
let redis: OwnRedis | undefined;

function open(url: string | undefined, onRedisChange?: (up: boolean) => void): SharedStore {
  const store = createSharedStore({ redisUrl: url, onRedisChange });
  stores.push(store);
  return store;
}

/** A server of this test's own, to be killed and frozen. */
async function ownRedis(port?: number): Promise<OwnRedis> {
  redis = await startRedis(port);
  return redis;
}

const clientOf = (url: string) => createClient({ url });

/** What Redis holds, by a client that shares nothing with the store. */
async function inRedis<T>(url: string, ask: (client: ReturnType<typeof clientOf>) => Promise<T>): Promise<T> {
  const client = clientOf(url);
  await client.connect();
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

/** Through the store: until Redis has taken a value again. */
const untilUp = (store: SharedStore) =>
  until(
    () => store.getMany([KEY]).then(() => store.redisUp),
    (up) => up === true,
  );

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await redis?.stop();
  redis = undefined;
});

describe('without Redis', () => {
  test('a value stays in memory, in this store alone, and nothing is said of Redis', async () => {
    const [one, other] = [open(undefined), open(undefined)];
    await one.set(KEY, 'value', MINUTE);
    expect(await one.getMany(['other', KEY])).toEqual([undefined, 'value']);
    expect(await other.getMany([KEY])).toEqual([undefined]);
    expect(one.redisUp).toBeUndefined();
  });
});

/** The run's Redis, which may be somebody's: with a key that nobody else has. */
const shared = () => ({ url: redisUrl ?? '', key: `topup_configuration:price:test:${randomUUID()}` });

describe.skipIf(redisUrl === undefined)('with Redis (needs redis-server on the PATH, or REDIS_URL)', () => {
  test('a value that one replica stored is served by another', async () => {
    const { url, key } = shared();
    const [one, other] = [open(url), open(url)];
    await untilUp(one);
    await untilUp(other);
    await one.set(key, 'value', MINUTE);
    expect(await other.getMany([key, `${key}-none`])).toEqual(['value', undefined]);
  });

  test('it stands in Redis under the very key, and runs out there', async () => {
    const { url, key } = shared();
    const store = open(url);
    await untilUp(store);
    await store.set(key, 'value', MINUTE);
    // Nothing before it either: others look at these keys.
    expect(await inRedis(url, (client) => client.keys(`*${key.slice(-36)}`))).toEqual([key]);
    const left = Number(await inRedis(url, (client) => client.pTTL(key)));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(MINUTE);
  });

  test('what another program wrote under one key takes no other key away', async () => {
    const { url, key } = shared();
    const [one, other] = [open(url), open(url)];
    await untilUp(one);
    await untilUp(other);
    await one.set(key, 'value', MINUTE);
    await inRedis(url, (client) => client.set(`${key}-bad`, 'not ours'));
    const [good] = await other.getMany([key, `${key}-bad`]);
    expect(good).toBe('value');
    expect(other.redisUp).toBe(true);
  });
});

describe.skipIf(!canStartRedis)('with a Redis that fails (needs redis-server on the PATH)', () => {
  test('absent at the start: answered from memory, and shared once it is there', async () => {
    const { port, url, stop } = await ownRedis();
    await stop();
    const [one, other] = [open(url), open(url)];
    await one.set(KEY, 'mine', MINUTE);
    expect(await one.getMany([KEY])).toEqual(['mine']);
    expect(await other.getMany([KEY])).toEqual([undefined]);
    expect(one.redisUp).toBe(false);
    await ownRedis(port);
    await untilUp(one);
    await untilUp(other);
    await one.set(KEY, 'shared', MINUTE);
    expect(await other.getMany([KEY])).toEqual(['shared']);
  });

  test('killed: answered from memory, and shared again once it is back', async () => {
    const { port, url, stop } = await ownRedis();
    const changes: boolean[] = [];
    const [one, other] = [open(url, (up) => changes.push(up)), open(url)];
    await untilUp(one);
    await untilUp(other);
    await one.set(KEY, 'before', MINUTE);
    changes.length = 0;
    await stop();
    expect(await one.getMany([KEY])).toEqual(['before']);
    await one.set(KEY, 'meanwhile', MINUTE);
    expect(await one.getMany([KEY])).toEqual(['meanwhile']);
    expect(one.redisUp).toBe(false);
    await ownRedis(port);
    await untilUp(one);
    await untilUp(other);
    expect(changes).toEqual([false, true]);
    await one.set(KEY, 'after', MINUTE);
    expect(await other.getMany([KEY])).toEqual(['after']);
  });

  test('frozen: a hundred calls at once are answered from memory, and it is shared again once it moves', async () => {
    const { pid, url } = await ownRedis();
    const [one, other] = [open(url), open(url)];
    await untilUp(one);
    await untilUp(other);
    await one.set(KEY, 'before', MINUTE);
    process.kill(pid, 'SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 100 }, () => one.getMany([KEY])));
    expect(new Set(answers.flat())).toEqual(new Set(['before']));
    await one.set(KEY, 'meanwhile', MINUTE);
    expect(await one.getMany([KEY])).toEqual(['meanwhile']);
    expect(one.redisUp).toBe(false);
    process.kill(pid, 'SIGCONT');
    await untilUp(one);
    await untilUp(other);
    await one.set(KEY, 'after', MINUTE);
    expect(await other.getMany([KEY])).toEqual(['after']);
  });
});
