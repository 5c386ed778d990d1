import { describe, expect, test } from 'vitest';
import { createFleet } from '../../../src/clients/cache/fleet.ts';
import type { SharedStore } from '../../../src/clients/cache/shared-store.ts';

const ASKED_AT = Date.parse('2026-11-22T03:00:00Z');

/** A store under the test's control. */
function fleetOver(texts: Map<string, string>, prefix = 'test:v1:') {
  const store: SharedStore = {
    isUp: true,
    tried: Promise.resolve(),
    get: async (key) => texts.get(key),
    set: async (key, value) => {
      texts.set(key, value);
    },
    lock: async () => async () => undefined,
    run: async () => undefined,
    close: () => undefined,
  };
  return createFleet<string>({
    store,
    prefix,
    ttlMs: 60_000,
    longestCallMs: 1000,
    serialize: (value) => value,
    deserialize: (text) => (text.startsWith('!') ? undefined : text),
  });
}

describe('a stored value', () => {
  test.each([{ value: 'a value' }, { value: undefined }])('of %j comes back with its time', async ({ value }) => {
    const fleet = fleetOver(new Map());
    await fleet.write('a', { value, askedAt: ASKED_AT });
    expect(await fleet.read('b')).toBeUndefined();
    expect(await fleet.read('a')).toEqual({ value, askedAt: ASKED_AT });
  });

  test('is invisible under the prefix of another version', async () => {
    const texts = new Map<string, string>();
    await fleetOver(texts).write('a', { value: 'a value', askedAt: ASKED_AT });
    expect(await fleetOver(texts, 'test:v2:').read('a')).toBeUndefined();
  });
});

describe('a foreign value', () => {
  test.each([
    '',
    'garbage',
    'null',
    '42',
    '[]',
    '{}',
    '{"askedAt":"now","value":"a"}',
    JSON.stringify({ askedAt: ASKED_AT, value: 5 }),
    JSON.stringify({ askedAt: ASKED_AT }),
    JSON.stringify({ askedAt: ASKED_AT, value: '! another version' }),
  ])('of %j is ignored, and leaves the others alone', async (text) => {
    const good = JSON.stringify({ askedAt: ASKED_AT, value: 'good' });
    const fleet = fleetOver(
      new Map([
        ['test:v1:bad', text],
        ['test:v1:good', good],
      ]),
    );
    expect(await fleet.read('bad')).toBeUndefined();
    expect(await fleet.read('good')).toEqual({ value: 'good', askedAt: ASKED_AT });
  });
});
