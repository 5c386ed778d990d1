import { beforeEach, describe, expect, test } from 'vitest';
import { type CachedLookupOptions, createCachedLookup } from '../../../src/clients/cached.ts';
import { createSharedStore, type SharedStore } from '../../../src/clients/shared-store.ts';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';

const HOUR = 3_600_000;
const AWAY = new UpstreamError('tiny', 'unavailable', 'it is away');

let now: number;
let store: SharedStore;
/** The ids of every call, in order. */
let calls: string[][];
/** What the neighbour answers; changed by tests. */
let answer: (ids: readonly string[]) => Promise<Map<string, string | UpstreamError>>;

beforeEach(() => {
  now = Date.parse('2026-11-22T03:00:00Z');
  store = createSharedStore({});
  calls = [];
  answer = async (ids) => new Map(ids.map((id) => [id, `${id} at ${calls.length}`]));
});

function lookup(options: Partial<CachedLookupOptions<string>> = {}) {
  return createCachedLookup<string>({
    prefix: 'test:v1:',
    store,
    clock: { now: () => new Date(now) },
    ttlMs: HOUR,
    failureTtlMs: 5000,
    batchSize: 100,
    fetch: (ids) => {
      calls.push([...ids]);
      return answer(ids);
    },
    serialize: (value) => value,
    deserialize: (text) => (text.startsWith('!') ? undefined : text),
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

  test('those that overlap in part share what they have in common', async () => {
    const cache = lookup();
    const [first, second] = await Promise.all([cache.loadMany(['a', 'b']), cache.loadMany(['b', 'c'])]);
    expect(calls).toEqual([['a', 'b'], ['c']]);
    expect([first?.[1], second?.[0]]).toEqual(['b at 1', 'b at 1']);
  });

  test('ask for the same id once, and answer in the order of the ids', async () => {
    expect(await lookup().loadMany(['b', 'a', 'b'])).toEqual(['b at 1', 'a at 1', 'b at 1']);
    expect(calls).toEqual([['b', 'a']]);
  });

  test('hold at most a batch', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => String(index));
    expect(await lookup().loadMany(ids)).toHaveLength(250);
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
    const cache = lookup({ onFailure: (id, error) => told.push(`${id}: ${error.message}`) });
    await cache.loadMany(['a']);
    await cache.loadMany(['a']);
    expect(told).toEqual(['a: tiny unavailable: it is away']);
  });
});

describe('what others put into the store', () => {
  test.each([
    '',
    'garbage',
    'null',
    '42',
    '{}',
    '{"askedAt":"now","value":"a"}',
    '{"askedAt":0,"value":"from 1970"}',
    JSON.stringify({ askedAt: Date.parse('2026-11-22T02:59:00Z'), value: 5 }),
    JSON.stringify({ askedAt: Date.parse('2026-11-22T02:59:00Z') }),
    JSON.stringify({ askedAt: Date.parse('2026-11-22T02:59:00Z'), value: '! another version' }),
    JSON.stringify({ askedAt: Date.parse('2026-11-23T03:00:00Z'), value: 'from tomorrow' }),
  ])('%j is no value: it is asked for and replaced', async (text) => {
    await store.set('test:v1:a', text, HOUR);
    const cache = lookup();
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    expect(await cache.loadMany(['a'])).toEqual(['a at 1']);
    expect(calls).toHaveLength(1);
  });

  test('a value of another replica is served for the rest of its hour', async () => {
    await lookup().loadMany(['a']);
    now += HOUR - 1;
    expect(await lookup().loadMany(['a'])).toEqual(['a at 1']);
    now += 1;
    expect(await lookup().loadMany(['a'])).toEqual(['a at 2']);
  });

  test('a value under the prefix of another version is not seen', async () => {
    await lookup().loadMany(['a']);
    expect(await lookup({ prefix: 'test:v2:' }).loadMany(['a'])).toEqual(['a at 2']);
  });
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
