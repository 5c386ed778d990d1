import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOrderNumber, newOrderNumber, typedNumberPart } from '../../../src/orders/rules/order-number.ts';

const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NOON = new Date('2026-11-22T05:00:00Z');

/** The positions of a number that hold a symbol: after "TU-", the day and both groups, without the dashes. */
const places = (number: string) => [...[...number].keys()].filter((at) => at > 2 && number[at] !== '-');
const replaced = (number: string, changes: Record<number, string>) =>
  [...number].map((symbol, at) => changes[at] ?? symbol).join('');

/** Real numbers of any day: the number itself is random, the property varies the day. */
const numbers = fc
  .date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2059-12-31T00:00:00Z'), noInvalidDate: true })
  .map(newOrderNumber);

describe('an order number', () => {
  test('holds the day in Jakarta and two groups of four without I, L, O, U', () => {
    expect(newOrderNumber(NOON)).toMatch(/^TU-261122-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(newOrderNumber(new Date('2026-12-31T17:00:00Z'))).toMatch(/^TU-270101-/);
  });

  test('always passes its own check', () => {
    fc.assert(fc.property(numbers, (number) => isOrderNumber(number)));
  });

  test('is random', () => {
    const drawn = new Set(Array.from({ length: 2000 }, () => newOrderNumber(NOON)));
    expect(drawn.size).toBe(2000);
  });

  test("is valid in the documentation's example, with its last symbol only", () => {
    const valid = [...SYMBOLS].filter((last) => isOrderNumber(`TU-261122-7K3M-9QX${last}`));
    expect(valid).toEqual(['E']);
  });

  test.each([
    '',
    'TU-261122-7K3M-9QX',
    'TU-261122-7k3m-9qxe',
    'TU-261122-7K3M9QXE',
    'XX-261122-7K3M-9QXE',
    'TU-26112A-7K3M-9QXE',
  ])('cannot be %j', (text) => {
    expect(isOrderNumber(text)).toBe(false);
  });
});

describe('a typing mistake', () => {
  test('in any one symbol, of the day or of the groups, is detected', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const missed = places(number).flatMap((at) =>
          [...SYMBOLS]
            .filter((symbol) => symbol !== number[at])
            .map((symbol) => replaced(number, { [at]: symbol }))
            .filter(isOrderNumber),
        );
        expect(missed).toEqual([]);
      }),
    );
  });

  test('that swaps any two neighbours is detected, across a dash too', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        const at = places(number);
        const missed = at
          .slice(1)
          .map((right, index): [number, number] => [at[index] ?? 0, right])
          .filter(([left, right]) => number[left] !== number[right])
          .map(([left, right]) => replaced(number, { [left]: number[right] ?? '', [right]: number[left] ?? '' }))
          .filter(isOrderNumber);
        expect(missed).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test('the check accepts about one of 32 random texts: it is no secret', () => {
    const group = fc.string({ unit: fc.constantFrom(...SYMBOLS), minLength: 4, maxLength: 4 });
    const sample = fc.sample(fc.tuple(group, group), { numRuns: 3200, seed: 1 });
    const passed = sample.filter(([first, second]) => isOrderNumber(`TU-261122-${first}-${second}`)).length;
    expect(passed).toBeGreaterThan(50);
    expect(passed).toBeLessThan(160);
  });
});

test.each([
  ['7k3m', '7K3M'],
  ['9qx4-', '9QX4'],
  ['7K3M 9QX4', '7K3M9QX4'],
  ['TU-261122', 'TU261122'],
  ['oil0', '0110'],
  ['', ''],
  ['QX4', ''],
  ['7K3M%', ''],
  ['7K3M\u0000', ''],
])('a part %j is read as %j', (typed, part) => {
  expect(typedNumberPart(typed)).toBe(part);
});
