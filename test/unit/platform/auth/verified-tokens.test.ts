import { expect, test } from 'vitest';
import { VerifiedTokens } from '../../../../src/platform/auth/verified-tokens.ts';

const caller = { subject: 'admin', organizationId: '1001', scopes: new Set(['topup:read']) };
const VERSION = 'the first set';
const EXP = 1_800_000_000;

function remembered() {
  let ms = EXP * 1000 - 60_000;
  const tokens = new VerifiedTokens({ now: () => new Date(ms) });
  tokens.add('a.b.c', { caller, exp: EXP, keySetVersion: VERSION });
  const at = (time: number) => {
    ms = time;
  };
  return { tokens, at };
}

test('a verified token is found while the key set has the same version, and another token is not', () => {
  const { tokens } = remembered();
  expect(tokens.find('a.b.c', VERSION)).toBe(caller);
  expect(tokens.find('a.b.d', VERSION)).toBeUndefined();
});

test('it is found to its last millisecond, and not a millisecond longer', () => {
  const { tokens, at } = remembered();
  at(EXP * 1000 - 1);
  expect(tokens.find('a.b.c', VERSION)).toBe(caller);
  at(EXP * 1000);
  expect(tokens.find('a.b.c', VERSION)).toBeUndefined();
});

test('a key set of another version finds nothing, and the first one finds its token again', () => {
  const { tokens } = remembered();
  expect(tokens.find('a.b.c', 'the second set')).toBeUndefined();
  expect(tokens.find('a.b.c', undefined)).toBeUndefined();
  expect(tokens.find('a.b.c', VERSION)).toBe(caller);
});

test('the last ten thousand of forty thousand tokens stay at the most', () => {
  const { tokens } = remembered();
  const many = 40_000;
  for (let index = 0; index < many; index += 1)
    tokens.add(`token ${index}`, { caller, exp: EXP, keySetVersion: VERSION });
  const known = Array.from({ length: many }, (_, index) => tokens.find(`token ${index}`, VERSION)).filter(Boolean);
  expect(known.length).toBeLessThanOrEqual(10_000);
});
