import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotAskedError, UpstreamError } from '../../../src/clients/upstream-error.ts';
import { AWAY, type CacheHarness, createCacheHarness, HOUR } from './cache-harness.ts';

let tiny: CacheHarness;
beforeEach(() => {
  tiny = createCacheHarness();
});
afterEach(() => tiny.stop());

const fail = () => {
  tiny.answer = () => Promise.reject(AWAY);
};

/** Holds answers until a test releases them. */
function answerByHand() {
  const answers: PromiseWithResolvers<string | undefined>[] = [];
  tiny.answer = () => {
    const next = Promise.withResolvers<string | undefined>();
    answers.push(next);
    return next.promise;
  };
  return answers;
}

describe('the hour', () => {
  test('serves an answer until it is an hour old, and asks again then', async () => {
    const prices = tiny.cache();
    expect(await prices.get('a')).toBe('a at 1');
    tiny.now += HOUR - 1;
    expect(await prices.get('a')).toBe('a at 1');
    tiny.now += 1;
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('begins when the call began, not when it was answered', async () => {
    tiny.answer = async (id) => {
      tiny.now += 10_000;
      return `${id} at ${tiny.calls.length}`;
    };
    const prices = tiny.cache();
    await prices.get('a');
    tiny.now += HOUR - 10_000;
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('is not extended by reads', async () => {
    const prices = tiny.cache();
    for (let read = 0; read < 4; read++) {
      await prices.get('a');
      tiny.now += HOUR / 4;
    }
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('does not return an old answer when the neighbour fails', async () => {
    const prices = tiny.cache();
    await prices.get('a');
    tiny.now += HOUR;
    fail();
    expect(await prices.get('a')).toBe(AWAY);
  });
});

describe('calls', () => {
  test('become one for a thousand callers at once', async () => {
    const prices = tiny.cache();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => prices.get('a')));
    expect(tiny.calls).toEqual(['a']);
    expect(new Set(answers)).toEqual(new Set(['a at 1']));
  });

  test('become one failure for a thousand callers at once', async () => {
    fail();
    const prices = tiny.cache();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => prices.get('a')));
    expect(tiny.calls).toEqual(['a']);
    expect(new Set(answers)).toEqual(new Set([AWAY]));
  });

  test('fail alone', async () => {
    tiny.answer = async (id) => (id === 'b' ? Promise.reject(AWAY) : `good ${id}`);
    const prices = tiny.cache();
    expect(await Promise.all(['a', 'b', 'c'].map((id) => prices.get(id)))).toEqual(['good a', AWAY, 'good c']);
  });

  test('for an order bypass the cache, and store their answer', async () => {
    const prices = tiny.cache();
    await prices.get('a');
    expect(await prices.ask('a')).toBe('a at 2');
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('for an order do not join those of a page, nor the reverse; orders of one moment share', async () => {
    const answers = answerByHand();
    const prices = tiny.cache({ fleet: undefined });
    const page = prices.get('a');
    await expect.poll(() => answers.length).toBe(1);
    const orders = [prices.ask('a', { urgent: true }), prices.ask('a', { urgent: true })];
    const background = prices.ask('a');
    expect(answers).toHaveLength(3);
    const pageMeanwhile = prices.get('a');
    for (const [index, value] of ['page', 'order', 'mail'].entries()) answers[index]?.resolve(value);
    expect(await Promise.all([page, ...orders, background, pageMeanwhile])).toEqual([
      'page',
      'order',
      'order',
      'mail',
      'page',
    ]);
    expect(tiny.calls).toHaveLength(3);
  });

  test('that find nothing for an id are cached like an answer', async () => {
    tiny.answer = async () => undefined;
    const prices = tiny.cache();
    expect(await prices.get('a')).toBeUndefined();
    expect(await prices.get('a')).toBeUndefined();
    expect(tiny.calls).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('is remembered for its seconds, and then the neighbour gets a call again', async () => {
    fail();
    const prices = tiny.cache();
    await prices.get('a');
    tiny.now += 4999;
    expect(await prices.get('a')).toBe(AWAY);
    expect(tiny.calls).toHaveLength(1);
    tiny.answer = async () => 'well again';
    tiny.now += 1;
    expect(await prices.get('a')).toBe('well again');
  });

  test('is not remembered longer by a clock that is set back', async () => {
    fail();
    const prices = tiny.cache();
    await prices.get('a');
    tiny.now -= HOUR;
    await prices.get('a');
    expect(tiny.calls).toHaveLength(2);
  });

  test('does not block an order’s call, whose answer ends it', async () => {
    fail();
    const prices = tiny.cache();
    await prices.get('a');
    tiny.answer = async () => 'well again';
    expect(await prices.ask('a')).toBe('well again');
    expect(await prices.get('a')).toBe('well again');
  });

  test('of an order’s call keeps the answer of this hour', async () => {
    const prices = tiny.cache();
    await prices.get('a');
    fail();
    expect(await prices.ask('a')).toBe(AWAY);
    expect(await prices.get('a')).toBe('a at 1');
  });

  test('is not remembered when its time is 0', async () => {
    fail();
    const prices = tiny.cache({ failureTtlMs: 0 });
    await prices.get('a');
    await prices.get('a');
    expect(tiny.calls).toHaveLength(2);
  });

  test('stays in this process: another replica makes its own call', async () => {
    fail();
    await tiny.cache().get('a');
    tiny.answer = async () => 'well';
    expect(await tiny.cache().get('a')).toBe('well');
  });

  test('outside the three kinds is a bug and is thrown', async () => {
    tiny.answer = () => Promise.reject(new TypeError('undefined is not a function'));
    await expect(tiny.cache().get('a')).rejects.toThrow(TypeError);
  });

  test('of a refused call is not remembered: the next call may pass', async () => {
    tiny.answer = () => Promise.reject(new NotAskedError('tiny'));
    const prices = tiny.cache();
    expect(await prices.get('a')).toBeInstanceOf(NotAskedError);
    tiny.answer = async () => 'well again';
    expect(await prices.get('a')).toBe('well again');
  });
});

describe('the last answer', () => {
  const TEN_MINUTES = 600_000;
  const reading = (options = {}) => tiny.cache({ fleet: undefined, ttlMs: 30_000, staleMs: TEN_MINUTES, ...options });

  test('serves reads while the neighbour fails, for its ten minutes', async () => {
    const organizations = reading();
    await organizations.get('a');
    fail();
    tiny.now += 30_000;
    expect(await organizations.get('a')).toBe('a at 1');
    tiny.now += TEN_MINUTES - 30_001;
    expect(await organizations.get('a')).toBe('a at 1');
    tiny.now += 1;
    expect(await organizations.get('a')).toBe(AWAY);
  });

  test('does not serve an order', async () => {
    const organizations = reading();
    await organizations.get('a');
    fail();
    expect(await organizations.ask('a')).toBe(AWAY);
  });

  test('is not served once the neighbour answers', async () => {
    const organizations = reading();
    await organizations.get('a');
    tiny.now += 30_000;
    expect(await organizations.get('a')).toBe('a at 2');
  });

  test('saves calls for the seconds of a failure; without one, each caller asks', async () => {
    const organizations = reading();
    await organizations.get('a');
    fail();
    tiny.now += 30_000;
    await organizations.get('a');
    await organizations.get('a');
    expect(tiny.calls).toHaveLength(2);
    await organizations.get('b');
    await organizations.get('b');
    expect(tiny.calls).toHaveLength(4);
  });

  test('is served after a short wait when the neighbour failed last time, and at once until that failure expires', async () => {
    const outcomes: string[] = [];
    const organizations = reading({ patienceMs: 0, onLookup: (outcome: string) => outcomes.push(outcome) });
    await organizations.get('a');
    fail();
    tiny.now += 30_000;
    await organizations.get('a');
    const answers = answerByHand();
    tiny.now += 5000;
    outcomes.length = 0;
    expect(await organizations.get('a')).toBe('a at 1');
    expect(await organizations.get('a')).toBe('a at 1');
    expect(outcomes).toEqual(['miss', 'stale', 'remembered_failure', 'stale']);
    answers[0]?.resolve('late');
    await expect.poll(() => organizations.get('a')).toBe('late');
    expect(tiny.calls).toHaveLength(3);
  });

  test('is not served instead of a slow answer before the neighbour has failed', async () => {
    const organizations = reading({ patienceMs: 0 });
    await organizations.get('a');
    tiny.now += 30_000;
    const answers = answerByHand();
    const read = organizations.get('a');
    setTimeout(() => answers[0]?.resolve('slow'), 20);
    expect(await read).toBe('slow');
  });

  test('serves for an unknown id too', async () => {
    tiny.answer = async () => undefined;
    const organizations = reading();
    await organizations.get('a');
    fail();
    tiny.now += 30_000;
    expect(await organizations.get('a')).toBeUndefined();
  });
});

describe('a caller with little time', () => {
  test('gets a failure; the next does not wait as long for the same call, until it is answered', async () => {
    const answers = answerByHand();
    const prices = tiny.cache({ patienceMs: 0 });
    expect(await prices.get('a', { waitMs: 10 })).toBeInstanceOf(UpstreamError);
    expect(await prices.get('a')).toBeInstanceOf(UpstreamError);
    // This also holds after the seconds of that failure.
    tiny.now += 5000;
    expect(await prices.get('a')).toBeInstanceOf(UpstreamError);
    expect(tiny.calls).toHaveLength(1);
    answers[0]?.resolve('late');
    await expect.poll(() => prices.get('a')).toBe('late');
  });

  test('leaves a later answer to the next caller', async () => {
    const answers = answerByHand();
    const prices = tiny.cache();
    expect(await prices.get('a', { waitMs: 10 })).toBeInstanceOf(UpstreamError);
    answers[0]?.resolve('late');
    expect(await prices.get('a')).toBe('late');
    expect(tiny.calls).toHaveLength(1);
  });

  test('still gets cached values', async () => {
    const prices = tiny.cache();
    await prices.get('a');
    expect(await prices.get('a', { waitMs: -1 })).toBe('a at 1');
  });
});

test('lookups are counted as hits, misses, failures and remembered failures', async () => {
  const counted: Record<string, number> = {};
  const prices = tiny.cache({
    onLookup: (outcome) => {
      counted[outcome] = (counted[outcome] ?? 0) + 1;
    },
  });
  tiny.answer = async (id) => (id === 'bad' ? Promise.reject(AWAY) : id);
  for (const id of ['good', 'bad', 'good', 'bad', 'new']) await prices.get(id);
  expect(counted).toEqual({ hit: 1, miss: 3, failed: 1, remembered_failure: 1 });
});
