import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AWAY, type CacheHarness, createCacheHarness, HOUR } from './cache-harness.ts';

let tiny: CacheHarness;
beforeEach(() => {
  tiny = createCacheHarness();
});
afterEach(() => {
  tiny.stop();
  vi.useRealTimers();
});

describe('replicas that share', () => {
  test('serve a value of another replica for the rest of its hour', async () => {
    await tiny.cache().get('a');
    tiny.now += HOUR - 1;
    expect(await tiny.cache().get('a')).toBe('a at 1');
    tiny.now += 1;
    expect(await tiny.cache().get('a')).toBe('a at 2');
  });

  test('ask once when ten miss at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => tiny.cache({ followMs: 60_000 }).get('a')));
    expect(tiny.calls).toEqual(['a']);
    expect(new Set(answers)).toEqual(new Set(['a at 1']));
    expect(tiny.fleet.locks.size).toBe(0);
  });

  test('wait for a lock holder that brings nothing no longer than the follow time', async () => {
    tiny.fleet.locks.add('a');
    expect(await tiny.cache({ followMs: 50 }).get('a')).toBe('a at 1');
    expect(tiny.fleet.locks).toEqual(new Set(['a']));
  });

  test('pass the lock on after a failure to the next, which asks for itself', async () => {
    tiny.answer = async () => {
      if (tiny.calls.length === 1) throw AWAY;
      return 'well';
    };
    const both = await Promise.all(
      [tiny.cache({ followMs: 60_000 }), tiny.cache({ followMs: 60_000 })].map((prices) => prices.get('a')),
    );
    expect(both).toEqual([AWAY, 'well']);
  });

  test('serve the younger of two values, wherever it is', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const [one, other] = [tiny.cache(), tiny.cache()];
    await one.get('a');
    tiny.now += 2000;
    vi.advanceTimersByTime(2000);
    await other.ask('a');
    expect(await one.get('a')).toBe('a at 2');
    // The shared value that replaced it is older than both local ones.
    tiny.fleet.answers.set('a', { value: 'a at 1', askedAt: tiny.now - 1000 });
    expect(await other.get('a')).toBe('a at 2');
  });

  test('ignore a value of an hour ago, or of tomorrow', async () => {
    tiny.fleet.answers.set('a', { value: 'old', askedAt: tiny.now - HOUR });
    tiny.fleet.answers.set('b', { value: 'from tomorrow', askedAt: tiny.now + 24 * HOUR });
    const prices = tiny.cache();
    expect(await prices.get('a')).toBe('a at 1');
    expect(await prices.get('b')).toBe('b at 2');
  });

  test('do not make a value younger when a clock is set back', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const prices = tiny.cache();
    await prices.get('a');
    tiny.now -= 1000;
    vi.advanceTimersByTime(HOUR - 1);
    expect(await prices.get('a')).toBe('a at 1');
    vi.advanceTimersByTime(1);
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('ask on their own for an order, whatever another replica is asking', async () => {
    tiny.fleet.locks.add('a');
    tiny.fleet.answers.set('a', { value: 'of before', askedAt: tiny.now - 1 });
    expect(await tiny.cache({ followMs: 60_000 }).ask('a')).toBe('a at 1');
  });

  test('give an order its own answer, even when another, with a clock ahead, asked later', async () => {
    tiny.fleet.answers.set('a', { value: 'of before', askedAt: tiny.now + 4000 });
    const prices = tiny.cache();
    expect(await prices.get('a')).toBe('of before');
    expect(await prices.ask('a')).toBe('a at 1');
  });
});

test('the shared answer is compared with the local one every two seconds, not on each read', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let reads = 0;
  const fleet = {
    ...tiny.fleet,
    read: (id: string) => {
      reads += 1;
      return tiny.fleet.read(id);
    },
  };
  const prices = tiny.cache({ fleet });
  await prices.get('a');
  reads = 0;
  for (let read = 0; read < 10; read++) await prices.get('a');
  vi.advanceTimersByTime(1999);
  await Promise.all([prices.get('a'), prices.get('a')]);
  expect(reads).toBe(0);
  vi.advanceTimersByTime(1);
  await Promise.all([prices.get('a'), prices.get('a')]);
  expect(reads).toBe(1);
});

describe('refreshing ahead', () => {
  const ahead = (options = {}) => tiny.cache({ refreshAhead: true, ...options });
  const callsAre = (count: number) => expect.poll(() => tiny.calls.length).toBe(count);

  test('is not urgent, unlike a call for an order', async () => {
    const urgent: boolean[] = [];
    const prices = ahead({
      fetch: async (_id: string, how: { urgent: boolean }) => {
        urgent.push(how.urgent);
        return 'a value';
      },
    });
    await prices.get('a');
    tiny.now += 0.95 * HOUR;
    await prices.get('a');
    await expect.poll(() => urgent.length).toBe(2);
    await prices.ask('a', { urgent: true });
    expect(urgent).toEqual([false, false, true]);
  });

  test('asks again for an answer that is read in the last tenth of its hour, and nobody waits', async () => {
    const prices = ahead();
    await prices.get('a');
    tiny.now += 0.9 * HOUR - 1;
    await prices.get('a');
    expect(tiny.calls).toHaveLength(1);
    tiny.now += 1;
    const renewed = Promise.withResolvers<string>();
    tiny.answer = () => renewed.promise;
    expect(await prices.get('a')).toBe('a at 1');
    await callsAre(2);
    expect(await prices.get('a')).toBe('a at 1');
    renewed.resolve('new');
    await expect.poll(() => prices.get('a')).toBe('new');
    expect(tiny.calls).toHaveLength(2);
  });

  test('does not retry at once after a failure, and the answer expires at the end of its hour', async () => {
    const prices = ahead();
    await prices.get('a');
    tiny.now += 0.95 * HOUR;
    tiny.answer = () => Promise.reject(AWAY);
    await prices.get('a');
    await callsAre(2);
    expect(await prices.get('a')).toBe('a at 1');
    expect(await prices.get('a')).toBe('a at 1');
    expect(tiny.calls).toHaveLength(2);
    tiny.now += 0.05 * HOUR;
    expect(await prices.get('a')).toBe(AWAY);
  });

  test('makes one of three replicas ask, and all get the value', async () => {
    const replicas = [ahead(), ahead(), ahead()];
    for (const replica of replicas) await replica.get('a');
    tiny.now += 0.95 * HOUR;
    await Promise.all(replicas.map((replica) => replica.get('a')));
    for (const replica of replicas) await expect.poll(() => replica.get('a')).toBe('a at 2');
    expect(tiny.calls).toHaveLength(2);
  });

  test('renews values in use without a read at that moment; unused ones expire', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    // The cache checks every minute; both clocks move together.
    const move = (ms: number) => {
      tiny.now += ms;
      vi.advanceTimersByTime(ms);
    };
    const prices = ahead();
    await Promise.all([prices.get('a'), prices.get('b')]);
    move(0.95 * HOUR);
    await vi.waitFor(() => expect([tiny.callsFor('a'), tiny.callsFor('b')]).toEqual([2, 2]));
    move(0.5 * HOUR);
    expect(await prices.get('b')).toMatch(/^b at/);
    move(0.45 * HOUR);
    // The reads were 27 minutes ago, and nearly two hours ago.
    await vi.waitFor(() => expect(tiny.callsFor('b')).toBe(3));
    expect(tiny.callsFor('a')).toBe(2);
  });
});
