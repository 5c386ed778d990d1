import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../support/app/purchase.ts';
import { AWAY, type CacheHarness, createCacheHarness, HOUR } from './cache-harness.ts';

let cache: CacheHarness;
beforeEach(() => {
  cache = createCacheHarness();
});
afterEach(() => cache.stop());

describe('replicas that share', () => {
  test('a value of another is served for the rest of its hour', async () => {
    await cache.lookup().loadMany(['a']);
    cache.now += HOUR - 1;
    expect(await cache.lookup().loadMany(['a'])).toEqual(['a at 1']);
    cache.now += 1;
    expect(await cache.lookup().loadMany(['a'])).toEqual(['a at 2']);
  });

  test('ten that miss at once ask once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => cache.lookup({ followMs: 60_000 }).loadMany(['a'])),
    );
    expect(cache.calls).toEqual([['a']]);
    expect(new Set(answers.flat())).toEqual(new Set(['a at 1']));
    expect(cache.shared.locks.size).toBe(0);
  });

  test('one that has the lock and brings nothing holds nobody longer than the others follow', async () => {
    cache.shared.locks.add('a');
    expect(await cache.lookup({ followMs: 50 }).loadMany(['a'])).toEqual(['a at 1']);
    expect(cache.shared.locks).toEqual(new Set(['a']));
  });

  test('one that fails leaves the lock to the next, which asks for itself', async () => {
    cache.answer = async ([id = '']) => {
      if (cache.calls.length === 1) throw AWAY;
      return new Map([[id, 'well']]);
    };
    const both = await Promise.all(
      [cache.lookup({ followMs: 60_000 }), cache.lookup({ followMs: 60_000 })].map((prices) => prices.loadMany(['a'])),
    );
    expect(both.flat()).toEqual([AWAY, 'well']);
  });

  test('of two values the younger is served, wherever it is', async () => {
    const [one, other] = [cache.lookup(), cache.lookup()];
    await one.loadMany(['a']);
    cache.now += 1000;
    await other.loadMany(['a'], { fresh: true });
    expect(await one.loadMany(['a'])).toEqual(['a at 2']);
    // What replaced it there is older than what both know.
    cache.shared.entries.set('a', { value: 'a at 1', askedAt: cache.now - 1000 });
    expect(await other.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('a value of an hour ago, or of tomorrow, is none', async () => {
    cache.shared.entries.set('a', { value: 'old', askedAt: cache.now - HOUR });
    cache.shared.entries.set('b', { value: 'from tomorrow', askedAt: cache.now + 24 * HOUR });
    expect(await cache.lookup({ batchSize: 1 }).loadMany(['a', 'b'])).toEqual([
      expect.stringMatching(/^a at/),
      expect.stringMatching(/^b at/),
    ]);
  });

  test('a clock that is set back makes nothing younger', async () => {
    const prices = cache.lookup({ ttlMs: 60 });
    await prices.loadMany(['a']);
    cache.now -= 30;
    await until(
      () => prices.loadMany(['a']),
      ([value]) => value !== 'a at 1',
    );
  });

  test('what an order asks is asked by itself, whatever another replica is asking', async () => {
    cache.shared.locks.add('a');
    cache.shared.entries.set('a', { value: 'of before', askedAt: cache.now - 1 });
    expect(await cache.lookup({ followMs: 60_000 }).loadMany(['a'], { fresh: true })).toEqual(['a at 1']);
  });

  test('what an order asked is what it gets, though another, whose clock is ahead, asked later by its own', async () => {
    cache.shared.entries.set('a', { value: 'of before', askedAt: cache.now + 4000 });
    const prices = cache.lookup();
    expect(await prices.loadMany(['a'])).toEqual(['of before']);
    expect(await prices.loadMany(['a'], { fresh: true })).toEqual(['a at 1']);
  });
});

describe('refreshing ahead', () => {
  const ahead = (options = {}) => cache.lookup({ refreshAhead: true, ...options });

  test('is not urgent, and what an order asks for is', async () => {
    const asked: boolean[] = [];
    const prices = ahead({
      fetch: async (ids: readonly string[], { urgent }: { urgent: boolean }) => {
        asked.push(urgent);
        return new Map(ids.map((id) => [id, 'a value']));
      },
    });
    await prices.loadMany(['a']);
    cache.now += 0.95 * HOUR;
    await prices.loadMany(['a']);
    await until(
      async () => asked.length,
      (count) => count === 2,
    );
    await prices.loadMany(['a'], { fresh: true, urgent: true });
    expect(asked).toEqual([false, false, true]);
  });

  test('a value that is read in the last tenth of its hour is asked for anew, and nobody waits', async () => {
    const prices = ahead();
    await prices.loadMany(['a']);
    cache.now += 0.9 * HOUR - 1;
    await prices.loadMany(['a']);
    expect(cache.calls).toHaveLength(1);
    cache.now += 1;
    let release = (): void => undefined;
    cache.answer = (ids) => new Promise((resolve) => (release = () => resolve(new Map(ids.map((id) => [id, 'new'])))));
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    await until(
      async () => cache.calls.length,
      (count) => count === 2,
    );
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    release();
    await until(
      async () => prices.loadMany(['a']),
      ([value]) => value === 'new',
    );
    expect(cache.calls).toHaveLength(2);
  });

  test('a refresh that fails is not tried again at once, and the value is gone at the end of its hour', async () => {
    const prices = ahead();
    await prices.loadMany(['a']);
    cache.now += 0.95 * HOUR;
    cache.answer = async () => Promise.reject(AWAY);
    await prices.loadMany(['a']);
    await until(
      async () => cache.calls.length,
      (count) => count === 2,
    );
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    expect(cache.calls).toHaveLength(2);
    cache.now += 0.05 * HOUR;
    expect(await prices.loadMany(['a'])).toEqual([AWAY]);
  });

  test('of three replicas one asks, and all have it', async () => {
    const replicas = [ahead(), ahead(), ahead()];
    for (const replica of replicas) await replica.loadMany(['a']);
    cache.now += 0.95 * HOUR;
    await Promise.all(replicas.map((replica) => replica.loadMany(['a'])));
    for (const replica of replicas)
      await until(
        async () => replica.loadMany(['a']),
        ([value]) => value === 'a at 2',
      );
    expect(cache.calls).toHaveLength(2);
  });

  test('what is in use is refreshed without anybody reading it at that moment; what is not is let go', async () => {
    // A fortieth of its time is how often it looks.
    const prices = ahead({ ttlMs: 2000 });
    await prices.loadMany(['a', 'b']);
    cache.now += 1900;
    await until(
      async () => cache.callsFor('a'),
      (count) => count === 2,
    );
    cache.now += 1000;
    expect(await prices.loadMany(['b'])).toEqual([expect.stringMatching(/^b at/)]);
    cache.now += 900;
    // Used 900 ms ago, and 3,800 ms ago.
    await until(
      async () => cache.callsFor('b'),
      (count) => count === 3,
    );
    expect(cache.callsFor('a')).toBe(2);
  });
});
