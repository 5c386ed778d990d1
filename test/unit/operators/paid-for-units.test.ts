import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paidForUnits } from '../../../src/operators/rules/paid-for-units.ts';

const SEATS = { amount: 375_000n, addedTax: 41_250n, withheld: 7_500n, credits: 3n };

test.each([
  ['the price without taxes', { amount: 2_250_000n, addedTax: 0n, withheld: 0n, credits: 5000n }, 3000n, 1_350_000n],
  ['VAT on top comes back with its share of the price', { ...SEATS, withheld: 0n }, 2n, 277_500n],
  ['what was withheld never came in', SEATS, 2n, 272_500n],
  ['half a rupiah is rounded up', { amount: 1n, addedTax: 0n, withheld: 0n, credits: 2n }, 1n, 1n],
  ['nothing for nothing', SEATS, 0n, 0n],
])('%s', (_, line, units, paid) => {
  expect(paidForUnits(line, units)).toBe(paid);
});

test('all units cost what was paid for the line, and fewer units never more', () => {
  const rupiah = fc.bigInt({ min: 0n, max: 9_007_199_254_740_991n });
  const lines = fc
    .record({
      amount: rupiah,
      addedTax: rupiah,
      kept: fc.bigInt({ min: 0n, max: 100n }),
      credits: fc.bigInt({ min: 1n, max: 10n ** 12n }),
    })
    .map(({ kept, ...line }) => ({ ...line, withheld: (line.amount * kept) / 100n }));
  fc.assert(
    fc.property(lines, fc.bigInt({ min: 0n, max: 10n ** 12n }), (line, drawn) => {
      const units = drawn % (line.credits + 1n);
      const whole = line.amount + line.addedTax - line.withheld;
      expect(paidForUnits(line, line.credits)).toBe(whole);
      const [some, rest] = [paidForUnits(line, units), paidForUnits(line, line.credits - units)];
      expect(some >= 0n && some <= whole).toBe(true);
      // Each of the two is rounded by itself.
      expect(some + rest - whole >= 0n && some + rest - whole <= 1n).toBe(true);
    }),
  );
});
