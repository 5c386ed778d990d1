import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderTaxes, taxLines, taxName } from '../../../src/orders/rules/order-taxes.ts';
import type { Tax } from '../../../src/topup-options/index.ts';

const vat = (rate: string, included: boolean): Tax => ({ code: 'PPN', rate, kind: 'VAT', included });
const withholding = (rate: string): Tax => ({ code: 'PPH_23', rate, kind: 'WITHHOLDING', included: false });

const line = (key: string, amount: bigint, ...taxes: Tax[]) => ({ key, amount, taxes });
/** Base, VAT within, VAT on top, withheld. */
const figures = (lines: Parameters<typeof taxLines>[0]) =>
  taxLines(lines).map(({ includedTax, addedTax, withheld }, index) => [
    (lines[index]?.amount ?? 0n) - includedTax,
    includedTax,
    addedTax,
    withheld,
  ]);

describe('the taxes of an order', () => {
  test('are none without a tax', () => {
    expect(taxLines([line('a', 1_000_000n)])).toEqual([{ taxes: [], includedTax: 0n, addedTax: 0n, withheld: 0n }]);
  });

  test('come on top of a price: 11 % of Rp300.000', () => {
    expect(figures([line('a', 300_000n, vat('0.11', false))])).toEqual([[300_000n, 0n, 33_000n, 0n]]);
  });

  test('are within a price: 11/111 of Rp1.000.000 is 99.099,099…', () => {
    expect(figures([line('a', 1_000_000n, vat('0.11', true))])).toEqual([[900_901n, 99_099n, 0n, 0n]]);
  });

  test('are withheld on the base, never on the gross', () => {
    expect(figures([line('a', 1_110_000n, vat('0.11', true), withholding('0.02'))])).toEqual([
      [1_000_000n, 110_000n, 0n, 20_000n],
    ]);
    expect(figures([line('a', 1_000_000n, vat('0.11', false), withholding('0.02'))])).toEqual([
      [1_000_000n, 0n, 110_000n, 20_000n],
    ]);
  });

  test('are rounded half up once per order and code, and the rupiah goes where the fraction is largest', () => {
    // 0.55 + 0.55 + 0.66 = 1.76, so 2; each line by itself would be 1.
    expect(
      figures([
        line('a', 5n, vat('0.11', false)),
        line('b', 5n, vat('0.11', false)),
        line('c', 6n, vat('0.11', false)),
      ]).map(([, , added]) => added),
    ).toEqual([1n, 0n, 1n]);
    // 0.5 is rounded up, 0.45 down.
    expect(figures([line('a', 50n, withholding('0.01'))])).toEqual([[50n, 0n, 0n, 1n]]);
    expect(figures([line('a', 45n, withholding('0.01'))])).toEqual([[45n, 0n, 0n, 0n]]);
  });

  test('of two rates under one code are rounded together', () => {
    // 0.4 + 1.2 = 1.6.
    expect(figures([line('a', 4n, vat('0.1', false)), line('b', 10n, vat('0.12', false))])).toEqual([
      [4n, 0n, 1n, 0n],
      [10n, 0n, 1n, 0n],
    ]);
  });

  test('keep their definition with the amount', () => {
    const [taxed] = taxLines([line('a', 1_000_000n, vat('0.11', false), withholding('0.02'))]);
    expect(taxed?.taxes).toEqual([
      { code: 'PPN', rate: '0.11', kind: 'VAT', included: false, amount: '110000' },
      { code: 'PPH_23', rate: '0.02', kind: 'WITHHOLDING', included: false, amount: '20000' },
    ]);
  });

  test('are summed by code for the order, VAT first', () => {
    const lines = taxLines([
      line('a', 1_000_000n, withholding('0.02'), vat('0.11', false)),
      line('b', 500_000n, withholding('0.02'), vat('0.11', false)),
    ]);
    expect(orderTaxes(lines).map(({ code, amount }) => [code, amount])).toEqual([
      ['PPN', 165_000n],
      ['PPH_23', 30_000n],
    ]);
  });

  test.each([
    ['0.11', 'PPN 11%'],
    ['0.02', 'PPN 2%'],
    ['0.025', 'PPN 2,5%'],
    ['0.1', 'PPN 10%'],
  ])('of the rate %s are called %s', (rate, name) => {
    expect(taxName({ code: 'PPN', rate })).toBe(name);
  });
});

const rates = fc.integer({ min: 1, max: 4999 }).map((rate) => `0.${String(rate).padStart(4, '0')}`.replace(/0+$/, ''));
const taxes = fc
  .record({ vat: fc.option(fc.record({ rate: rates, included: fc.boolean() })), kept: fc.option(rates) })
  .map(({ vat: value, kept }) => [
    ...(value === null ? [] : [vat(value.rate, value.included)]),
    ...(kept === null ? [] : [withholding(kept)]),
  ]);
const orders = fc
  .array(fc.record({ amount: fc.bigInt({ min: 1n, max: 9_007_199_254_740_991n }), taxes }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((lines) => lines.map((each, index) => ({ ...each, key: `line ${index}` })));

/** Millionths of a rupiah, exact for a rate of six places; an included tax is left out. */
const exact = (lines: readonly { amount: bigint; taxes: readonly Tax[] }[], kind: Tax['kind']) =>
  lines.reduce(
    (total, { amount, taxes: own }) =>
      own
        .filter((tax) => tax.kind === kind)
        .reduce((sum, { rate }) => sum + amount * BigInt(rate.slice(2).padEnd(6, '0')), total),
    0n,
  );

describe('taxes of any order', () => {
  test('on top sum to the tax on the sum, rounded half up once, and each line is within a rupiah of its own', () => {
    fc.assert(
      fc.property(orders, (lines) => {
        const added = lines.map(({ taxes: own, ...each }) => ({
          ...each,
          taxes: own.filter(({ kind, included }) => kind === 'VAT' && !included),
        }));
        const taxed = taxLines(added);
        const total = taxed.reduce((sum, { addedTax }) => sum + addedTax, 0n);
        expect(total).toBe((exact(added, 'VAT') + 500_000n) / 1_000_000n);
        taxed.forEach(({ addedTax }, index) => {
          const difference = addedTax * 1_000_000n - exact(added.slice(index, index + 1), 'VAT');
          expect(difference > -1_000_000n && difference < 1_000_000n).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('are whole, never below zero, never above what they are taken from, and withheld on the base', () => {
    fc.assert(
      fc.property(orders, (lines) => {
        const taxed = taxLines(lines);
        taxed.forEach(({ includedTax, addedTax, withheld }, index) => {
          const { amount = 0n } = lines[index] ?? {};
          expect(includedTax >= 0n && includedTax <= amount && addedTax >= 0n).toBe(true);
          expect(withheld >= 0n && withheld <= amount - includedTax).toBe(true);
        });
        const bases = lines.map((each, index) => ({
          ...each,
          amount: each.amount - (taxed[index]?.includedTax ?? 0n),
        }));
        const kept = taxed.reduce((sum, { withheld }) => sum + withheld, 0n);
        expect(kept).toBe((exact(bases, 'WITHHOLDING') + 500_000n) / 1_000_000n);
      }),
      { numRuns: 500 },
    );
  });

  test('do not depend on the order of the lines', () => {
    fc.assert(
      fc.property(
        orders.chain((lines) =>
          fc.tuple(
            fc.constant(lines),
            fc.shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length }),
          ),
        ),
        ([lines, shuffled]) => {
          const byKey = (each: typeof lines) =>
            new Map(taxLines(each).map((taxed, index) => [each[index]?.key, taxed]));
          expect(byKey(shuffled)).toEqual(byKey(lines));
        },
      ),
    );
  });

  test('within a price leave base and tax that give the price again', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 9_007_199_254_740_991n }), (amount) => {
        const [base, tax] = figures([line('a', amount, vat('0.11', true))])[0] ?? [];
        expect((base ?? 0n) + (tax ?? 0n)).toBe(amount);
        // 11 % of the base is the tax, to less than a rupiah.
        const difference = (base ?? 0n) * 11n - (tax ?? 0n) * 100n;
        expect(difference > -100n && difference < 100n).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
