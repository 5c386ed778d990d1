import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotAskedError, UpstreamError } from '../../../src/clients/upstream-error.ts';
import { AWAY, type CacheHarness, createCacheHarness, HOUR } from './cache-harness.ts';

let cache: CacheHarness;
beforeEach(() => {
  cache = createCacheHarness();
});
afterEach(() => cache.stop());

describe('the hour', () => {
  test('a value is served until it is an hour old, and asked for again then', async () => {
    const prices = cache.lookup();
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    cache.now += HOUR - 1;
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    cache.now += 1;
    expect(await prices.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('begins when the value was asked for, not when it came', async () => {
    cache.answer = async (ids) => {
      cache.now += 10_000;
      return new Map(ids.map((id) => [id, `${id} at ${cache.calls.length}`]));
    };
    const prices = cache.lookup();
    await prices.loadMany(['a']);
    cache.now += HOUR - 10_000;
    expect(await prices.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('is not begun anew by reading', async () => {
    const prices = cache.lookup();
    for (let read = 0; read < 4; read++) {
      await prices.loadMany(['a']);
      cache.now += HOUR / 4;
    }
    expect(await prices.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('an old value does not come back when the neighbour fails', async () => {
    const prices = cache.lookup();
    await prices.loadMany(['a']);
    cache.now += HOUR;
    cache.answer = async () => Promise.reject(AWAY);
    expect(await prices.loadMany(['a'])).toEqual([AWAY]);
  });
});

describe('calls', () => {
  test('a thousand at once make one', async () => {
    const prices = cache.lookup();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => prices.loadMany(['a'])));
    expect(cache.calls).toEqual([['a']]);
    expect(new Set(answers.flat())).toEqual(new Set(['a at 1']));
  });

  test('a thousand at once make one failure, too', async () => {
    cache.answer = async () => Promise.reject(AWAY);
    const prices = cache.lookup();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => prices.loadMany(['a'])));
    expect(cache.calls).toEqual([['a']]);
    expect(new Set(answers.flat())).toEqual(new Set([AWAY]));
  });

  test('those of one moment go together, and ask once for what they have in common', async () => {
    const prices = cache.lookup({ shared: undefined });
    const [first, second] = await Promise.all([prices.loadMany(['a', 'b']), prices.loadMany(['b', 'c'])]);
    expect(cache.calls).toEqual([['a', 'b', 'c']]);
    expect([first?.[1], second?.[0]]).toEqual(['b at 1', 'b at 1']);
  });

  test('ask for the same id once, and answer in the order of the ids', async () => {
    expect(await cache.lookup({ shared: undefined }).loadMany(['b', 'a', 'b'])).toEqual(['b at 1', 'a at 1', 'b at 1']);
    expect(cache.calls).toEqual([['b', 'a']]);
  });

  test('hold at most a batch', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(index));
    expect(await cache.lookup({ shared: undefined }).loadMany(ids)).toHaveLength(250);
    expect(cache.calls.map((call) => call.length)).toEqual([100, 100, 50]);
  });

  test('one that fails takes none of the other batches with it', async () => {
    cache.answer = async ([id = '']) => (id === 'b' ? Promise.reject(AWAY) : new Map([[id, `good ${id}`]]));
    expect(await cache.lookup({ batchSize: 1 }).loadMany(['a', 'b', 'c'])).toEqual(['good a', AWAY, 'good c']);
  });

  test('for nothing are not made', async () => {
    expect(await cache.lookup().loadMany([])).toEqual([]);
    expect(cache.calls).toEqual([]);
  });

  test('that are to be fresh go past the store, and what they bring is stored', async () => {
    const prices = cache.lookup();
    await prices.loadMany(['a']);
    expect(await prices.loadMany(['a'], { fresh: true })).toEqual(['a at 2']);
    expect(await prices.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('of an order are alone: nothing that a page asks for can spoil them', async () => {
    const prices = cache.lookup({ shared: undefined });
    const [fresh, usual] = await Promise.all([
      prices.loadMany(['a'], { fresh: true, urgent: true }),
      prices.loadMany(['b', 'c']),
    ]);
    expect(cache.calls.toSorted()).toEqual([['a'], ['b', 'c']]);
    expect([fresh, usual]).toEqual([
      [expect.stringMatching(/^a/)],
      [expect.stringMatching(/^b/), expect.stringMatching(/^c/)],
    ]);
  });

  test('of an order are not those of an id that reads like one', async () => {
    const prices = cache.lookup({ shared: undefined });
    const [fresh, other] = await Promise.all([prices.loadMany(['a'], { fresh: true }), prices.loadMany(['fresh a'])]);
    expect([fresh, other]).toEqual([[expect.stringMatching(/^a at/)], [expect.stringMatching(/^fresh a at/)]]);
  });

  test('that there is none of it is remembered like a value', async () => {
    cache.answer = async () => new Map();
    const prices = cache.lookup();
    expect(await prices.loadMany(['a'])).toEqual([undefined]);
    expect(await prices.loadMany(['a'])).toEqual([undefined]);
    expect(cache.calls).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('is remembered for its seconds, and asked for again then', async () => {
    cache.answer = async () => Promise.reject(AWAY);
    const prices = cache.lookup();
    await prices.loadMany(['a']);
    cache.now += 4999;
    expect(await prices.loadMany(['a'])).toEqual([AWAY]);
    expect(cache.calls).toHaveLength(1);
    cache.answer = async () => new Map([['a', 'well again']]);
    cache.now += 1;
    expect(await prices.loadMany(['a'])).toEqual(['well again']);
  });

  test('does not stand in the way of a fresh call, whose value ends it', async () => {
    cache.answer = async () => Promise.reject(AWAY);
    const prices = cache.lookup();
    await prices.loadMany(['a']);
    cache.answer = async () => new Map([['a', 'well again']]);
    expect(await prices.loadMany(['a'], { fresh: true })).toEqual(['well again']);
    expect(await prices.loadMany(['a'])).toEqual(['well again']);
  });

  test('of a fresh call leaves the value of this hour in its place', async () => {
    const prices = cache.lookup();
    await prices.loadMany(['a']);
    cache.answer = async () => Promise.reject(AWAY);
    expect(await prices.loadMany(['a'], { fresh: true })).toEqual([AWAY]);
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
  });

  test('is not remembered where its time is 0', async () => {
    cache.answer = async () => Promise.reject(AWAY);
    const prices = cache.lookup({ failureTtlMs: 0 });
    await prices.loadMany(['a']);
    await prices.loadMany(['a']);
    expect(cache.calls).toHaveLength(2);
  });

  test('stays in this process: another replica asks for itself', async () => {
    cache.answer = async () => Promise.reject(AWAY);
    await cache.lookup().loadMany(['a']);
    cache.answer = async () => new Map([['a', 'well']]);
    expect(await cache.lookup().loadMany(['a'])).toEqual(['well']);
  });

  test('that is none of the three kinds is a bug and is thrown', async () => {
    cache.answer = async () => Promise.reject(new TypeError('undefined is not a function'));
    await expect(cache.lookup().loadMany(['a'])).rejects.toThrow(TypeError);
  });

  test('is told to whoever logs it, once per call', async () => {
    cache.answer = async () => Promise.reject(AWAY);
    const told: string[] = [];
    const prices = cache.lookup({ onFailure: (ids, error) => told.push(`${ids}: ${error.message}`) });
    await prices.loadMany(['a']);
    await prices.loadMany(['a']);
    expect(told).toEqual(['a: tiny unavailable: it is away']);
  });
});

describe('the last answer', () => {
  const TEN_MINUTES = 600_000;
  const reading = (options = {}) =>
    cache.lookup({ shared: undefined, ttlMs: 30_000, staleMs: TEN_MINUTES, ...options });

  test('serves reading while the neighbour fails, for its ten minutes', async () => {
    const prices = reading();
    await prices.loadMany(['a']);
    cache.answer = async () => Promise.reject(AWAY);
    cache.now += 30_000;
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    cache.now += TEN_MINUTES - 30_001;
    expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
    cache.now += 1;
    expect(await prices.loadMany(['a'])).toEqual([AWAY]);
  });

  test('does not serve an order', async () => {
    const prices = reading();
    await prices.loadMany(['a']);
    cache.answer = async () => Promise.reject(AWAY);
    expect(await prices.loadMany(['a'], { fresh: true })).toEqual([AWAY]);
  });

  test('is not served once the neighbour answers', async () => {
    const prices = reading();
    await prices.loadMany(['a']);
    cache.now += 30_000;
    expect(await prices.loadMany(['a'])).toEqual(['a at 2']);
  });

  test('spares asking for the seconds of a failure; where there is none it is asked again each time', async () => {
    const prices = reading();
    await prices.loadMany(['a']);
    cache.answer = async () => Promise.reject(AWAY);
    cache.now += 30_000;
    await prices.loadMany(['a']);
    await prices.loadMany(['a']);
    expect(cache.calls).toHaveLength(2);
    await prices.loadMany(['b']);
    await prices.loadMany(['b']);
    expect(cache.calls).toHaveLength(4);
  });

  describe('of a neighbour that says nothing', () => {
    let release: (value: string) => void;
    const silence = () => {
      cache.answer = (ids) =>
        new Promise((resolve) => (release = (value) => resolve(new Map(ids.map((id) => [id, value])))));
    };
    /** It answered once, and that is over. */
    const onceAnswered = async (options = {}) => {
      const prices = reading({ patienceMs: 0, ...options });
      await prices.loadMany(['a']);
      cache.now += 30_000;
      return prices;
    };

    test('serves after little patience where it failed last time, and at once until the failure is over again', async () => {
      const outcomes: string[] = [];
      const prices = await onceAnswered({ onLookup: (outcome: string) => outcomes.push(outcome) });
      cache.answer = async () => Promise.reject(AWAY);
      await prices.loadMany(['a']);
      silence();
      cache.now += 5000;
      outcomes.length = 0;
      expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
      expect(await prices.loadMany(['a'])).toEqual(['a at 1']);
      expect(outcomes).toEqual(['miss', 'stale', 'remembered_failure', 'stale']);
      await expect.poll(() => cache.calls.length).toBe(3);
      release('late');
      await expect.poll(() => prices.loadMany(['a'])).toEqual(['late']);
      expect(cache.calls).toHaveLength(3);
    });

    test('does not serve before it failed: it may be slow alone', async () => {
      const prices = await onceAnswered();
      silence();
      const read = prices.loadMany(['a']);
      setTimeout(() => release('slow'), 20);
      expect(await read).toEqual(['slow']);
    });
  });

  test('that there was none of it serves like a value', async () => {
    cache.answer = async () => new Map();
    const prices = reading();
    await prices.loadMany(['a']);
    cache.answer = async () => Promise.reject(AWAY);
    cache.now += 30_000;
    expect(await prices.loadMany(['a'])).toEqual([undefined]);
  });
});

describe('a caller that cannot wait', () => {
  test('waits in vain for all: the next does not wait for the same call, until it is answered', async () => {
    let release = (): void => undefined;
    cache.answer = (ids) => new Promise((resolve) => (release = () => resolve(new Map(ids.map((id) => [id, 'late'])))));
    const prices = cache.lookup({ patienceMs: 0 });
    const error = expect.any(UpstreamError);
    expect(await prices.loadMany(['a'], { waitMs: 10 })).toEqual([error]);
    expect(await prices.loadMany(['a'])).toEqual([error]);
    // Not long after the failure is forgotten either.
    cache.now += 5000;
    expect(await prices.loadMany(['a'])).toEqual([error]);
    expect(cache.calls).toHaveLength(1);
    release();
    await expect.poll(() => prices.loadMany(['a'])).toEqual(['late']);
  });

  test('gets a failure, and what comes later is there for the next', async () => {
    let release = (): void => undefined;
    cache.answer = (ids) => new Promise((resolve) => (release = () => resolve(new Map(ids.map((id) => [id, 'late'])))));
    const prices = cache.lookup();
    expect(await prices.loadMany(['a'], { waitMs: 10 })).toEqual([expect.any(UpstreamError)]);
    release();
    expect(await prices.loadMany(['a'])).toEqual(['late']);
    expect(cache.calls).toHaveLength(1);
  });

  test('is served what is remembered all the same', async () => {
    const prices = cache.lookup();
    await prices.loadMany(['a']);
    expect(await prices.loadMany(['a'], { waitMs: -1 })).toEqual(['a at 1']);
  });
});

test('that it was not even asked is neither told nor remembered', async () => {
  const told: string[] = [];
  cache.answer = async () => Promise.reject(new NotAskedError('tiny'));
  const prices = cache.lookup({ onFailure: (_ids, error) => told.push(error.message) });
  expect(await prices.loadMany(['a'])).toEqual([expect.any(NotAskedError)]);
  cache.answer = async () => new Map([['a', 'well again']]);
  expect(await prices.loadMany(['a'])).toEqual(['well again']);
  expect(told).toEqual([]);
});

test('lookups are counted as hits, misses, failures and remembered failures', async () => {
  const counted: Record<string, number> = {};
  const prices = cache.lookup({
    onLookup: (outcome, count) => {
      counted[outcome] = (counted[outcome] ?? 0) + count;
    },
  });
  cache.answer = async (ids) => new Map(ids.map((id) => [id, id === 'bad' ? AWAY : id]));
  await prices.loadMany(['good', 'bad']);
  await prices.loadMany(['good', 'bad', 'new']);
  expect(counted).toEqual({ hit: 1, miss: 3, failed: 1, remembered_failure: 1 });
});
