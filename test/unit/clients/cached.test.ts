import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CachedLookup, type CachedLookupOptions, createCachedLookup } from '../../../src/clients/cached.ts';
import type { Entry, SharedEntries } from '../../../src/clients/shared-entries.ts';
import { NotAskedError, UpstreamError } from '../../../src/clients/upstream-error.ts';
import { until } from '../../support/purchase.ts';

const HOUR = 3_600_000;
const AWAY = new UpstreamError('tiny', 'unavailable', 'it is away');

let now: number;
let shared: MapOfEntries;
/** The ids of every call, in order. */
let calls: string[][];
/** What the neighbour answers; changed by tests. */
let answer: (ids: readonly string[]) => Promise<Map<string, string | UpstreamError>>;

beforeEach(() => {
  now = Date.parse('2026-11-22T03:00:00Z');
  shared = mapOfEntries();
  calls = [];
  answer = async (ids) => new Map(ids.map((id) => [id, `${id} at ${calls.length}`]));
});

interface MapOfEntries extends SharedEntries<string> {
  entries: Map<string, Entry<string>>;
  locks: Set<string>;
}

/** What replicas share, without a Redis: those of one test are replicas of each other. */
function mapOfEntries(): MapOfEntries {
  const entries = new Map<string, Entry<string>>();
  const locks = new Set<string>();
  return {
    entries,
    locks,
    read: async (ids) => ids.map((id) => entries.get(id)),
    write: async (id, entry) => {
      entries.set(id, entry);
    },
    lock: async (id) => {
      if (locks.has(id)) return 'taken';
      locks.add(id);
      return async () => {
        locks.delete(id);
      };
    },
  };
}

function lookup(options: Partial<CachedLookupOptions<string>> = {}) {
  return createCachedLookup<string>({
    neighbour: 'tiny',
    shared,
    clock: { now: () => new Date(now) },
    ttlMs: HOUR,
    failureTtlMs: 5000,
    batchSize: 100,
    fetch: (ids) => {
      calls.push([...ids]);
      return answer(ids);
    },
    ...options,
  });
}

describe('the hour', () => {
  test('a value is served until it is an hour old, and asked for again then', async () => {
    const cache = lookup();
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    now += HOUR - 1;
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    now += 1;
    expect(await cache.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('begins when the value was asked for, not when it came', async () => {
    answer = async (ids) => {
      now += 10_000;
      return new Map(ids.map((id) => [id, `${id} at ${calls.length}`]));
    };
    const cache = lookup();
    await cache.loadMany(['a']);
    now += HOUR - 10_000;
    expect(await cache.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('is not begun anew by reading', async () => {
    const cache = lookup();
    for (let read = 0; read < 4; read++) {
      await cache.loadMany(['a']);
      now += HOUR / 4;
    }
    expect(await cache.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('an old value does not come back when the neighbour fails', async () => {
    const cache = lookup();
    await cache.loadMany(['a']);
    now += HOUR;
    answer = async () => Promise.reject(AWAY);
    expect(await cache.loadMany(['a'])).toEqual([AWAY]);
  });
});

describe('calls', () => {
  test('a thousand at once make one', async () => {
    const cache = lookup();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => cache.loadMany(['a'])));
    expect(calls).toEqual([['a']]);
    expect(new Set(answers.flat())).toEqual(new Set(['a at 1']));
  });

  test('a thousand at once make one failure, too', async () => {
    answer = async () => Promise.reject(AWAY);
    const cache = lookup();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => cache.loadMany(['a'])));
    expect(calls).toEqual([['a']]);
    expect(new Set(answers.flat())).toEqual(new Set([AWAY]));
  });

  test('those of one moment go together, and ask once for what they have in common', async () => {
    const cache = lookup({ shared: undefined });
    const [first, second] = await Promise.all([cache.loadMany(['a', 'b']), cache.loadMany(['b', 'c'])]);
    expect(calls).toEqual([['a', 'b', 'c']]);
    expect([first?.[1], second?.[0]]).toEqual(['b at 1', 'b at 1']);
  });

  test('ask for the same id once, and answer in the order of the ids', async () => {
    expect(await lookup({ shared: undefined }).loadMany(['b', 'a', 'b'])).toEqual(['b at 1', 'a at 1', 'b at 1']);
    expect(calls).toEqual([['b', 'a']]);
  });

  test('hold at most a batch', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(index));
    expect(await lookup({ shared: undefined }).loadMany(ids)).toHaveLength(250);
    expect(calls.map((call) => call.length)).toEqual([100, 100, 50]);
  });

  test('one that fails takes none of the other batches with it', async () => {
    answer = async ([id = '']) => (id === 'b' ? Promise.reject(AWAY) : new Map([[id, `good ${id}`]]));
    expect(await lookup({ batchSize: 1 }).loadMany(['a', 'b', 'c'])).toEqual(['good a', AWAY, 'good c']);
  });

  test('for nothing are not made', async () => {
    expect(await lookup().loadMany([])).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('that are to be fresh go past the store, and what they bring is stored', async () => {
    const cache = lookup();
    await cache.loadMany(['a']);
    expect(await cache.loadMany(['a'], { fresh: true })).toEqual(['a at 2']);
    expect(await cache.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('that there is none of it is remembered like a value', async () => {
    answer = async () => new Map();
    const cache = lookup();
    expect(await cache.loadMany(['a'])).toEqual([undefined]);
    expect(await cache.loadMany(['a'])).toEqual([undefined]);
    expect(calls).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('is remembered for its seconds, and asked for again then', async () => {
    answer = async () => Promise.reject(AWAY);
    const cache = lookup();
    await cache.loadMany(['a']);
    now += 4999;
    expect(await cache.loadMany(['a'])).toEqual([AWAY]);
    expect(calls).toHaveLength(1);
    answer = async () => new Map([['a', 'well again']]);
    now += 1;
    expect(await cache.loadMany(['a'])).toEqual(['well again']);
  });

  test('does not stand in the way of a fresh call, whose value ends it', async () => {
    answer = async () => Promise.reject(AWAY);
    const cache = lookup();
    await cache.loadMany(['a']);
    answer = async () => new Map([['a', 'well again']]);
    expect(await cache.loadMany(['a'], { fresh: true })).toEqual(['well again']);
    expect(await cache.loadMany(['a'])).toEqual(['well again']);
  });

  test('of a fresh call leaves the value of this hour in its place', async () => {
    const cache = lookup();
    await cache.loadMany(['a']);
    answer = async () => Promise.reject(AWAY);
    expect(await cache.loadMany(['a'], { fresh: true })).toEqual([AWAY]);
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
  });

  test('is not remembered where its time is 0', async () => {
    answer = async () => Promise.reject(AWAY);
    const cache = lookup({ failureTtlMs: 0 });
    await cache.loadMany(['a']);
    await cache.loadMany(['a']);
    expect(calls).toHaveLength(2);
  });

  test('stays in this process: another replica asks for itself', async () => {
    answer = async () => Promise.reject(AWAY);
    await lookup().loadMany(['a']);
    answer = async () => new Map([['a', 'well']]);
    expect(await lookup().loadMany(['a'])).toEqual(['well']);
  });

  test('that is none of the three kinds is a bug and is thrown', async () => {
    answer = async () => Promise.reject(new TypeError('undefined is not a function'));
    await expect(lookup().loadMany(['a'])).rejects.toThrow(TypeError);
  });

  test('is told to whoever logs it, once per call', async () => {
    answer = async () => Promise.reject(AWAY);
    const told: string[] = [];
    const cache = lookup({ onFailure: (ids, error) => told.push(`${ids}: ${error.message}`) });
    await cache.loadMany(['a']);
    await cache.loadMany(['a']);
    expect(told).toEqual(['a: tiny unavailable: it is away']);
  });
});

describe('replicas that share', () => {
  test('a value of another is served for the rest of its hour', async () => {
    await lookup().loadMany(['a']);
    now += HOUR - 1;
    expect(await lookup().loadMany(['a'])).toEqual(['a at 1']);
    now += 1;
    expect(await lookup().loadMany(['a'])).toEqual(['a at 2']);
  });

  test('ten that miss at once ask once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => lookup({ followMs: 60_000 }).loadMany(['a'])));
    expect(calls).toEqual([['a']]);
    expect(new Set(answers.flat())).toEqual(new Set(['a at 1']));
    expect(shared.locks.size).toBe(0);
  });

  test('one that has the lock and brings nothing holds nobody longer than the others follow', async () => {
    shared.locks.add('a');
    expect(await lookup({ followMs: 50 }).loadMany(['a'])).toEqual(['a at 1']);
    expect(shared.locks).toEqual(new Set(['a']));
  });

  test('one that fails leaves the lock to the next, which asks for itself', async () => {
    answer = async ([id = '']) => {
      if (calls.length === 1) throw AWAY;
      return new Map([[id, 'well']]);
    };
    const both = await Promise.all(
      [lookup({ followMs: 60_000 }), lookup({ followMs: 60_000 })].map((cache) => cache.loadMany(['a'])),
    );
    expect(both.flat()).toEqual([AWAY, 'well']);
  });

  test('of two values the younger is served, wherever it is', async () => {
    const [one, other] = [lookup(), lookup()];
    await one.loadMany(['a']);
    now += 1000;
    await other.loadMany(['a'], { fresh: true });
    expect(await one.loadMany(['a'])).toEqual(['a at 2']);
    // What replaced it there is older than what both know.
    shared.entries.set('a', { value: 'a at 1', askedAt: now - 1000 });
    expect(await other.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('a value of an hour ago, or of tomorrow, is none', async () => {
    shared.entries.set('a', { value: 'old', askedAt: now - HOUR });
    shared.entries.set('b', { value: 'from tomorrow', askedAt: now + 24 * HOUR });
    expect(await lookup({ batchSize: 1 }).loadMany(['a', 'b'])).toEqual([
      expect.stringMatching(/^a at/),
      expect.stringMatching(/^b at/),
    ]);
  });

  test('what an order asks is asked by itself, whatever another replica is asking', async () => {
    shared.locks.add('a');
    shared.entries.set('a', { value: 'of before', askedAt: now - 1 });
    expect(await lookup({ followMs: 60_000 }).loadMany(['a'], { fresh: true })).toEqual(['a at 1']);
  });
});

describe('refreshing ahead', () => {
  const caches: CachedLookup<string>[] = [];
  afterEach(() => {
    for (const cache of caches.splice(0)) cache.stop();
  });
  function ahead(options: Partial<CachedLookupOptions<string>> = {}) {
    const cache = lookup({ refreshAhead: true, ...options });
    caches.push(cache);
    return cache;
  }

  test('a value that is read in the last tenth of its hour is asked for anew, and nobody waits', async () => {
    const cache = ahead();
    await cache.loadMany(['a']);
    now += 0.9 * HOUR - 1;
    await cache.loadMany(['a']);
    expect(calls).toHaveLength(1);
    now += 1;
    let release = (): void => undefined;
    answer = (ids) => new Promise((resolve) => (release = () => resolve(new Map(ids.map((id) => [id, 'new'])))));
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    await until(
      async () => calls.length,
      (count) => count === 2,
    );
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    release();
    await until(
      async () => cache.loadMany(['a']),
      ([value]) => value === 'new',
    );
    expect(calls).toHaveLength(2);
  });

  test('a refresh that fails is not tried again at once, and the value is gone at the end of its hour', async () => {
    const cache = ahead();
    await cache.loadMany(['a']);
    now += 0.95 * HOUR;
    answer = async () => Promise.reject(AWAY);
    await cache.loadMany(['a']);
    await until(
      async () => calls.length,
      (count) => count === 2,
    );
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    expect(calls).toHaveLength(2);
    now += 0.05 * HOUR;
    expect(await cache.loadMany(['a'])).toEqual([AWAY]);
  });

  test('of three replicas one asks, and all have it', async () => {
    const replicas = [ahead(), ahead(), ahead()];
    for (const replica of replicas) await replica.loadMany(['a']);
    now += 0.95 * HOUR;
    await Promise.all(replicas.map((replica) => replica.loadMany(['a'])));
    for (const replica of replicas)
      await until(
        async () => replica.loadMany(['a']),
        ([value]) => value === 'a at 2',
      );
    expect(calls).toHaveLength(2);
  });

  test('what is in use is refreshed without anybody reading it at that moment; what is not is let go', async () => {
    // A fortieth of its time is how often it looks.
    const cache = ahead({ ttlMs: 2000 });
    const callsFor = (wanted: string) => calls.flat().filter((id) => id === wanted).length;
    await cache.loadMany(['a', 'b']);
    now += 1900;
    await until(
      async () => callsFor('a'),
      (count) => count === 2,
    );
    now += 1000;
    expect(await cache.loadMany(['b'])).toEqual([expect.stringMatching(/^b at/)]);
    now += 900;
    // Used 900 ms ago, and 3,800 ms ago.
    await until(
      async () => callsFor('b'),
      (count) => count === 3,
    );
    expect(callsFor('a')).toBe(2);
  });
});

describe('the last answer', () => {
  const TEN_MINUTES = 600_000;
  const reading = (options = {}) => lookup({ shared: undefined, ttlMs: 30_000, staleMs: TEN_MINUTES, ...options });

  test('serves reading while the neighbour fails, for its ten minutes', async () => {
    const cache = reading();
    await cache.loadMany(['a']);
    answer = async () => Promise.reject(AWAY);
    now += 30_000;
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    now += TEN_MINUTES - 30_001;
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    now += 1;
    expect(await cache.loadMany(['a'])).toEqual([AWAY]);
  });

  test('does not serve an order', async () => {
    const cache = reading();
    await cache.loadMany(['a']);
    answer = async () => Promise.reject(AWAY);
    expect(await cache.loadMany(['a'], { fresh: true })).toEqual([AWAY]);
  });

  test('is not served once the neighbour answers', async () => {
    const cache = reading();
    await cache.loadMany(['a']);
    now += 30_000;
    expect(await cache.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('spares asking for the seconds of a failure; where there is none it is asked again each time', async () => {
    const cache = reading();
    await cache.loadMany(['a']);
    answer = async () => Promise.reject(AWAY);
    now += 30_000;
    await cache.loadMany(['a']);
    await cache.loadMany(['a']);
    expect(calls).toHaveLength(2);
    await cache.loadMany(['b']);
    await cache.loadMany(['b']);
    expect(calls).toHaveLength(4);
  });

  test('that there was none of it serves like a value', async () => {
    answer = async () => new Map();
    const cache = reading();
    await cache.loadMany(['a']);
    answer = async () => Promise.reject(AWAY);
    now += 30_000;
    expect(await cache.loadMany(['a'])).toEqual([undefined]);
  });
});

describe('a caller that cannot wait', () => {
  test('gets a failure, and what comes later is there for the next', async () => {
    let release = (): void => undefined;
    answer = (ids) => new Promise((resolve) => (release = () => resolve(new Map(ids.map((id) => [id, 'late'])))));
    const cache = lookup();
    expect(await cache.loadMany(['a'], { waitMs: 10 })).toEqual([expect.any(UpstreamError)]);
    release();
    expect(await cache.loadMany(['a'])).toEqual(['late']);
    expect(calls).toHaveLength(1);
  });

  test('is served what is remembered all the same', async () => {
    const cache = lookup();
    await cache.loadMany(['a']);
    expect(await cache.loadMany(['a'], { waitMs: -1 })).toEqual(['a at 1']);
  });
});

test('that it was not even asked is neither told nor remembered', async () => {
  const told: string[] = [];
  answer = async () => Promise.reject(new NotAskedError('tiny'));
  const cache = lookup({ onFailure: (_ids, error) => told.push(error.message) });
  expect(await cache.loadMany(['a'])).toEqual([expect.any(NotAskedError)]);
  answer = async () => new Map([['a', 'well again']]);
  expect(await cache.loadMany(['a'])).toEqual(['well again']);
  expect(told).toEqual([]);
});

test('lookups are counted as hits, misses, failures and remembered failures', async () => {
  const counted: Record<string, number> = {};
  const cache = lookup({
    onLookup: (outcome, count) => {
      counted[outcome] = (counted[outcome] ?? 0) + count;
    },
  });
  answer = async (ids) => new Map(ids.map((id) => [id, id === 'bad' ? AWAY : id]));
  await cache.loadMany(['good', 'bad']);
  await cache.loadMany(['good', 'bad', 'new']);
  expect(counted).toEqual({ hit: 1, miss: 3, failed: 1, remembered_failure: 1 });
});
