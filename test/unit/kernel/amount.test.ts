import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalDifference, parseAmount, rupiahAmount } from '../../../src/kernel/amount.ts';
import { WrittenNumber } from '../../../src/kernel/json.ts';

describe('an amount', () => {
  test.each<[unknown, bigint]>([
    [1_000_000n, 1_000_000n],
    [1_000_000, 1_000_000n],
    ['1000000', 1_000_000n],
    ['1000000.00', 1_000_000n],
    [new WrittenNumber('1000000.0'), 1_000_000n],
    ['0', 0n],
    ['9007199254740991', 9_007_199_254_740_991n],
  ])('%s is whole rupiah', (value, rupiah) => {
    expect(parseAmount(value, 'IDR')).toEqual({ text: String(rupiah), currency: 'IDR', rupiah });
    expect(parseAmount(value, 'IDR')).toEqual(rupiahAmount(rupiah));
  });

  test.each([
    '1000000.5',
    1_000_000.5,
    new WrittenNumber('1000000.00000000001'),
    '9007199254740992',
    '-1',
    -1,
    '1e6',
    new WrittenNumber('1e6'),
    1e21,
    '01',
    '1.',
    '.5',
    '',
    ' 1',
    '1\n',
    null,
    undefined,
    true,
    {},
    ['1'],
    { written: '1' },
    '12345678901234567',
  ])('%j is no amount in rupiah', (value) => {
    expect(parseAmount(value, 'IDR')).toBeUndefined();
  });

  test.each([
    ['65.50', '65.5'],
    ['65.00', '65'],
    ['0.010', '0.01'],
    ['100', '100'],
    ['9999999999999999', '9999999999999999'],
  ])('%s of another currency keeps its decimals as text', (value, text) => {
    expect(parseAmount(value, 'USD')).toEqual({ text, currency: 'USD', rupiah: null });
  });
});

describe('the difference of decimal texts', () => {
  test.each([
    ['10', '3', '7'],
    ['10.5', '0.25', '10.25'],
    ['0.3', '0.1', '0.2'],
    ['100', '99.99', '0.01'],
    ['5', '5.0', '0'],
    ['1', '1.5', '0'],
    ['1.10', '0.10', '1'],
  ])('%s − %s is %s', (minuend, subtrahend, rest) => {
    expect(decimalDifference(minuend, subtrahend)).toBe(rest);
  });

  test('is exact', () => {
    const cents = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const text = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        const [more, less] = a > b ? [a, b] : [b, a];
        const rest = decimalDifference(text(more), text(less));
        const [whole = '', fraction = ''] = rest.split('.');
        expect(BigInt(whole + fraction.padEnd(2, '0'))).toBe(more - less);
      }),
    );
  });
});
