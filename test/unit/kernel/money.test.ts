import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatRupiah, MAX_AMOUNT, parseRupiah, sum, toJsonNumber } from '../../../src/kernel/money.ts';

const amounts = fc.bigInt({ min: 0n, max: 9_007_199_254_740_991n });

describe('parseRupiah', () => {
  test.each([
    ['0', 0n],
    ['600', 600n],
    ['0600', 600n],
    ['2147483648', 2_147_483_648n],
    ['9007199254740991', 9_007_199_254_740_991n],
  ])('reads "%s"', (text, amount) => {
    expect(parseRupiah(text)).toBe(amount);
  });

  test.each(['', ' ', '600.5', '600,5', '-1', '+1', '1e3', '0x10', ' 600', '600 ', '٦٠٠', 'NaN', '600\n'])(
    'refuses %j, which is not a plain string of digits',
    (text) => {
      expect(parseRupiah(text)).toBeUndefined();
    },
  );

  test.each(['9007199254740992', '99999999999999999999', '00000000000000001'])(
    'refuses %s, which is too long or beyond the exact range',
    (text) => {
      expect(parseRupiah(text)).toBeUndefined();
    },
  );

  test('restores every amount from its text', () => {
    fc.assert(fc.property(amounts, (amount) => parseRupiah(amount.toString()) === amount));
  });

  test('answers only whole amounts from 0 to the largest, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String)), (text) => {
        const amount = parseRupiah(text);
        return amount === undefined || (amount >= 0n && amount <= 9_007_199_254_740_991n);
      }),
    );
  });
});

describe('formatRupiah', () => {
  test.each([
    [0n, 'Rp0'],
    [600n, 'Rp600'],
    [999n, 'Rp999'],
    [1000n, 'Rp1.000'],
    [12_345n, 'Rp12.345'],
    [1_000_000n, 'Rp1.000.000'],
    [9_007_199_254_740_991n, 'Rp9.007.199.254.740.991'],
    [-250_000n, '-Rp250.000'],
  ])('writes %s as %s', (amount, text) => {
    expect(formatRupiah(amount)).toBe(text);
  });

  test('loses no digit, and groups by three from the right', () => {
    fc.assert(
      fc.property(fc.bigInt(), (amount) => {
        const text = formatRupiah(amount);
        expect(text).toMatch(/^-?Rp\d{1,3}(\.\d{3})*$/);
        expect(BigInt(text.replace('Rp', '').replaceAll('.', ''))).toBe(amount);
      }),
    );
  });
});

describe('sum', () => {
  test('is 0 for an empty list', () => {
    expect(sum([])).toBe(0n);
  });

  test('does not depend on the order or the split of the amounts', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt()), fc.nat(), (list, cut) => {
        const at = cut % (list.length + 1);
        expect(sum(list.slice(at)) + sum(list.slice(0, at))).toBe(sum(list.toReversed()));
      }),
    );
  });

  test('is exact far beyond what a float holds', () => {
    expect(sum([9_007_199_254_740_993n, 1n, 1n])).toBe(9_007_199_254_740_995n);
  });
});

describe('toJsonNumber', () => {
  test('keeps every amount up to the largest exactly', () => {
    fc.assert(fc.property(amounts, (amount) => BigInt(JSON.parse(JSON.stringify(toJsonNumber(amount)))) === amount));
  });

  test.each([9_007_199_254_740_992n, -9_007_199_254_740_992n, 10n ** 30n])(
    'throws for %s rather than round it',
    (amount) => {
      expect(() => toJsonNumber(amount)).toThrow(new RangeError(`${amount} is not exact as a JSON number`));
    },
  );

  test('accepts the largest amount itself, outstanding too', () => {
    expect(toJsonNumber(MAX_AMOUNT)).toBe(9_007_199_254_740_991);
    expect(toJsonNumber(-MAX_AMOUNT)).toBe(-9_007_199_254_740_991);
  });
});
