import { randomUUID } from 'node:crypto';
import { createClient } from '@keyv/redis';
import { afterEach, describe, expect, inject, test } from 'vitest';
import {
  createSharedStore,
  type SharedStore,
  type SharedStoreOptions,
} from '../../../src/clients/cache/shared-store.ts';
import { until } from '../../support/app/purchase.ts';
import { type startRedis as StartRedis, startRedis } from '../../support/neighbours/redis.ts';

type OwnRedis = Awaited<ReturnType<typeof StartRedis>>;

const redisUrl = inject('redisUrl');
const canStartRedis = inject('canStartRedis');
const MINUTE = 60_000;
const KEY = 'topup_configuration:price:v1:pkg-muv';
const stores: SharedStore[] = [];
let redis: OwnRedis | undefined;

function open(url: string, options: Partial<SharedStoreOptions> = {}): SharedStore {
  const store = createSharedStore({ url, ...options });
  stores.push(store);
  return store;
}

/** Starts a server for this test alone, which it kills and freezes. */
async function ownRedis(port?: number): Promise<OwnRedis> {
  redis = await startRedis(port);
  return redis;
}

const clientOf = (url: string) => createClient({ url });

/** Reads Redis with a client that shares nothing with the store. */
async function inRedis<T>(url: string, ask: (client: ReturnType<typeof clientOf>) => Promise<T>): Promise<T> {
  const client = clientOf(url);
  await client.connect();
  try {
    return await ask(client);
  } finally {
    client.destroy();
  }
}

const untilUp = (store: SharedStore) =>
  until(
    async () => store.isUp,
    (up) => up,
  );

afterEach(async () => {
  for (const store of stores.splice(0)) store.close();
  await redis?.stop();
  redis = undefined;
});

/** The run's Redis may be a developer's own, so the key is one that nobody else has. */
const shared = () => ({ url: redisUrl ?? '', key: `topup_configuration:price:test:${randomUUID()}` });

describe.skipIf(redisUrl === undefined)('with Redis (needs redis-server on the PATH, or REDIS_URL)', () => {
  test('one replica serves a value that another stored', async () => {
    const { url, key } = shared();
    const [one, other] = [open(url), open(url)];
    await untilUp(one);
    await untilUp(other);
    await one.set(key, 'value', MINUTE);
    expect(await other.get(key)).toBe('value');
    expect(await other.get(`${key}-none`)).toBeUndefined();
  });

  test('Redis holds the value under the exact key and expires it', async () => {
    const { url, key } = shared();
    const store = open(url);
    await untilUp(store);
    await store.set(key, 'value', MINUTE);
    // The key has no prefix: other programs find it under this name.
    expect(await inRedis(url, (client) => client.keys(`*${key.slice(-36)}`))).toEqual([key]);
    const left = Number(await inRedis(url, (client) => client.pTTL(key)));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(MINUTE);
  });

  test('an invalid value under one key leaves the other keys readable', async () => {
    const { url, key } = shared();
    const [one, other] = [open(url), open(url)];
    await untilUp(one);
    await untilUp(other);
    await one.set(key, 'value', MINUTE);
    await inRedis(url, (client) => client.set(`${key}-bad`, 'not ours'));
    expect(await Promise.all([other.get(`${key}-bad`), other.get(key)])).toEqual([undefined, 'value']);
    expect(other.isUp).toBe(true);
  });
});

describe.skipIf(redisUrl === undefined)('a lock (needs redis-server on the PATH, or REDIS_URL)', () => {
  test('belongs to one replica at a time, until it releases it', async () => {
    const { url, key } = shared();
    const [one, other] = [open(url), open(url)];
    await Promise.all([one.tried, other.tried]);
    const lock = await one.lock(key, MINUTE);
    expect(lock).not.toBe('taken');
    expect(await other.lock(key, MINUTE)).toBe('taken');
    if (lock !== 'taken') await lock();
    expect(await other.lock(key, MINUTE)).not.toBe('taken');
  });

  test('is not released by a replica whose lock expired and went to another', async () => {
    const { url, key } = shared();
    const [one, other] = [open(url), open(url)];
    await Promise.all([one.tried, other.tried]);
    const lock = await one.lock(key, 1);
    await until(
      () => other.lock(key, MINUTE),
      (answer) => answer !== 'taken',
    );
    if (lock !== 'taken') await lock();
    expect(await one.lock(key, MINUTE)).toBe('taken');
  });
});

describe.skipIf(!canStartRedis)('with a Redis that fails (needs redis-server on the PATH)', () => {
  test('absent at the start: the store is down and empty, every lock is granted, and it works once Redis is up', async () => {
    const { port, url, stop } = await ownRedis();
    await stop();
    const store = open(url);
    await store.tried;
    expect(store.isUp).toBe(false);
    await store.set(KEY, 'mine', MINUTE);
    expect(await store.get(KEY)).toBeUndefined();
    expect(await store.lock(KEY, MINUTE)).not.toBe('taken');
    expect(await store.lock(KEY, MINUTE)).not.toBe('taken');
    await ownRedis(port);
    await untilUp(store);
    await store.set(KEY, 'shared', MINUTE);
    expect(await store.get(KEY)).toBe('shared');
  });

  test('killed: logs once, skips further calls, and works again once Redis is back', async () => {
    const { port, url, stop } = await ownRedis();
    const changes: boolean[] = [];
    const calls: string[] = [];
    const store = open(url, {
      onChange: (up) => changes.push(up),
      onCall: (operation, outcome) => calls.push(`${operation} ${outcome}`),
    });
    await untilUp(store);
    await store.set(KEY, 'before', MINUTE);
    await stop();
    for (let read = 0; read < 5; read++) expect(await store.get(KEY)).toBeUndefined();
    expect(store.isUp).toBe(false);
    expect(calls.at(-1)).toBe('get skipped');
    await ownRedis(port);
    await untilUp(store);
    expect(changes).toEqual([true, false, true]);
    await store.set(KEY, 'after', MINUTE);
    expect(await store.get(KEY)).toBe('after');
  });

  test('frozen: a hundred concurrent calls wait for one deadline and the next for none; works again afterwards', async () => {
    const { pid, url } = await ownRedis();
    const outcomes: string[] = [];
    const store = open(url, { onCall: (_operation, outcome) => outcomes.push(outcome) });
    await untilUp(store);
    await store.set(KEY, 'before', MINUTE);
    process.kill(pid, 'SIGSTOP');
    const answers = await Promise.all(Array.from({ length: 100 }, () => store.get(KEY)));
    expect(new Set(answers)).toEqual(new Set([undefined]));
    expect(store.isUp).toBe(false);
    outcomes.length = 0;
    await store.set(KEY, 'meanwhile', MINUTE);
    await store.lock(KEY, MINUTE);
    expect(outcomes).toEqual(['skipped', 'skipped']);
    process.kill(pid, 'SIGCONT');
    await untilUp(store);
    await store.set(KEY, 'after', MINUTE);
    expect(await store.get(KEY)).toBe('after');
  });

  test('healthy while this process blocks for a second: stays up', async () => {
    const { url } = await ownRedis();
    const store = open(url);
    await untilUp(store);
    await store.set(KEY, 'there', MINUTE);
    const read = store.get(KEY);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    expect(await read).toBe('there');
    expect(store.isUp).toBe(true);
  });

  test('full: writes fail, reads work, and the store stays up', async () => {
    const { url } = await ownRedis();
    const outcomes: string[] = [];
    const store = open(url, { onCall: (operation, outcome) => outcomes.push(`${operation} ${outcome}`) });
    await untilUp(store);
    await store.set(KEY, 'before', MINUTE);
    await inRedis(url, (client) => client.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '1' }));
    outcomes.length = 0;
    await store.set(KEY, 'refused', MINUTE);
    expect(await store.lock(KEY, MINUTE)).not.toBe('taken');
    expect(await store.get(KEY)).toBe('before');
    expect(outcomes).toEqual(['set failed', 'lock failed', 'get ok']);
    expect(store.isUp).toBe(true);
  });
});
