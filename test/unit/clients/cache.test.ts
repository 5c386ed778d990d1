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

/** From now on answers come when a test says so. */
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
  test('an answer is served until it is an hour old, and asked for again then', async () => {
    const prices = tiny.cache();
    expect(await prices.get('a')).toBe('a at 1');
    tiny.now += HOUR - 1;
    expect(await prices.get('a')).toBe('a at 1');
    tiny.now += 1;
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('begins when the neighbour was asked, not when it answered', async () => {
    tiny.answer = async (id) => {
      tiny.now += 10_000;
      return `${id} at ${tiny.calls.length}`;
    };
    const prices = tiny.cache();
    await prices.get('a');
    tiny.now += HOUR - 10_000;
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('is not begun anew by reading', async () => {
    const prices = tiny.cache();
    for (let read = 0; read < 4; read++) {
      await prices.get('a');
      tiny.now += HOUR / 4;
    }
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('an old answer does not come back when the neighbour fails', async () => {
    const prices = tiny.cache();
    await prices.get('a');
    tiny.now += HOUR;
    fail();
    expect(await prices.get('a')).toBe(AWAY);
  });
});

describe('calls', () => {
  test('a thousand at once make one', async () => {
    const prices = tiny.cache();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => prices.get('a')));
    expect(tiny.calls).toEqual(['a']);
    expect(new Set(answers)).toEqual(new Set(['a at 1']));
  });

  test('a thousand at once make one failure, too', async () => {
    fail();
    const prices = tiny.cache();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => prices.get('a')));
    expect(tiny.calls).toEqual(['a']);
    expect(new Set(answers)).toEqual(new Set([AWAY]));
  });

  test('one that fails takes no other with it', async () => {
    tiny.answer = async (id) => (id === 'b' ? Promise.reject(AWAY) : `good ${id}`);
    const prices = tiny.cache();
    expect(await Promise.all(['a', 'b', 'c'].map((id) => prices.get(id)))).toEqual(['good a', AWAY, 'good c']);
  });

  test('for an order go past the cache, and what they bring is stored', async () => {
    const prices = tiny.cache();
    await prices.get('a');
    expect(await prices.ask('a')).toBe('a at 2');
    expect(await prices.get('a')).toBe('a at 2');
  });

  test('for an order are not joined to a page’s call, nor pages to theirs; orders of one moment share', async () => {
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

  test('that there is none of an id is remembered like an answer', async () => {
    tiny.answer = async () => undefined;
    const prices = tiny.cache();
    expect(await prices.get('a')).toBeUndefined();
    expect(await prices.get('a')).toBeUndefined();
    expect(tiny.calls).toHaveLength(1);
  });
});

describe('a failure', () => {
  test('is remembered for its seconds, and the neighbour is asked again then', async () => {
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

  test('does not stand in the way of an order’s call, whose answer ends it', async () => {
    fail();
    const prices = tiny.cache();
    await prices.get('a');
    tiny.answer = async () => 'well again';
    expect(await prices.ask('a')).toBe('well again');
    expect(await prices.get('a')).toBe('well again');
  });

  test('of an order’s call leaves the answer of this hour in its place', async () => {
    const prices = tiny.cache();
    await prices.get('a');
    fail();
    expect(await prices.ask('a')).toBe(AWAY);
    expect(await prices.get('a')).toBe('a at 1');
  });

  test('is not remembered where its time is 0', async () => {
    fail();
    const prices = tiny.cache({ failureTtlMs: 0 });
    await prices.get('a');
    await prices.get('a');
    expect(tiny.calls).toHaveLength(2);
  });

  test('stays in this process: another replica asks for itself', async () => {
    fail();
    await tiny.cache().get('a');
    tiny.answer = async () => 'well';
    expect(await tiny.cache().get('a')).toBe('well');
  });

  test('that is none of the three kinds is a bug and is thrown', async () => {
    tiny.answer = () => Promise.reject(new TypeError('undefined is not a function'));
    await expect(tiny.cache().get('a')).rejects.toThrow(TypeError);
  });

  test('to be asked at all is not remembered: the next call may be let through', async () => {
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

  test('serves reading while the neighbour fails, for its ten minutes', async () => {
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

  test('spares asking for the seconds of a failure; where there is none, each caller asks', async () => {
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

  test('serves after little patience where the neighbour failed last time, and at once until that failure is over', async () => {
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

  test('is not served instead of a slow answer while the neighbour has not failed', async () => {
    const organizations = reading({ patienceMs: 0 });
    await organizations.get('a');
    tiny.now += 30_000;
    const answers = answerByHand();
    const read = organizations.get('a');
    setTimeout(() => answers[0]?.resolve('slow'), 20);
    expect(await read).toBe('slow');
  });

  test('that there was none of an id serves like an answer', async () => {
    tiny.answer = async () => undefined;
    const organizations = reading();
    await organizations.get('a');
    fail();
    tiny.now += 30_000;
    expect(await organizations.get('a')).toBeUndefined();
  });
});

describe('a caller that cannot wait', () => {
  test('gets a failure; the next does not wait as long for the same call, until it is answered', async () => {
    const answers = answerByHand();
    const prices = tiny.cache({ patienceMs: 0 });
    expect(await prices.get('a', { waitMs: 10 })).toBeInstanceOf(UpstreamError);
    expect(await prices.get('a')).toBeInstanceOf(UpstreamError);
    // Nor after the seconds of that failure.
    tiny.now += 5000;
    expect(await prices.get('a')).toBeInstanceOf(UpstreamError);
    expect(tiny.calls).toHaveLength(1);
    answers[0]?.resolve('late');
    await expect.poll(() => prices.get('a')).toBe('late');
  });

  test('leaves what comes later to the next', async () => {
    const answers = answerByHand();
    const prices = tiny.cache();
    expect(await prices.get('a', { waitMs: 10 })).toBeInstanceOf(UpstreamError);
    answers[0]?.resolve('late');
    expect(await prices.get('a')).toBe('late');
    expect(tiny.calls).toHaveLength(1);
  });

  test('is served what is remembered all the same', async () => {
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
