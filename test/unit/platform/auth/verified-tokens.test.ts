import { expect, test } from 'vitest';
import type { KeySet } from '../../../../src/platform/auth/key-set.ts';
import { VerifiedTokens } from '../../../../src/platform/auth/verified-tokens.ts';

const caller = { subject: 'admin', organizationId: '1001', scopes: new Set(['topup:read']) };
const keySet = (): KeySet => ({ find: () => undefined, unusable: [] });
const EXP = 1_800_000_000;

function remembered() {
  let ms = EXP * 1000 - 60_000;
  const keys = keySet();
  const tokens = new VerifiedTokens({ now: () => new Date(ms) });
  tokens.add('a.b.c', { caller, exp: EXP, keys });
  const at = (time: number) => {
    ms = time;
  };
  return { tokens, keys, at };
}

test('a token that was verified is known by the same keys, and another one is not', () => {
  const { tokens, keys } = remembered();
  expect(tokens.find('a.b.c', keys)).toBe(caller);
  expect(tokens.find('a.b.d', keys)).toBeUndefined();
});

test('it is known to its last millisecond, and not a millisecond longer', () => {
  const { tokens, keys, at } = remembered();
  at(EXP * 1000 - 1);
  expect(tokens.find('a.b.c', keys)).toBe(caller);
  at(EXP * 1000);
  expect(tokens.find('a.b.c', keys)).toBeUndefined();
});

test('by other keys it has to be verified again, be they the same ones fetched anew', () => {
  const { tokens } = remembered();
  expect(tokens.find('a.b.c', keySet())).toBeUndefined();
  expect(tokens.find('a.b.c', undefined)).toBeUndefined();
});

test('of forty thousand tokens the last ten thousand are known at most', () => {
  const { tokens, keys } = remembered();
  const many = 40_000;
  for (let index = 0; index < many; index += 1) tokens.add(`token ${index}`, { caller, exp: EXP, keys });
  const known = Array.from({ length: many }, (_, index) => tokens.find(`token ${index}`, keys)).filter(Boolean);
  expect(known.length).toBeLessThanOrEqual(10_000);
});
