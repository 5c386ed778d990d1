import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unusedOf } from '../../../src/operators/rules/unused-quota.ts';

const TODAY = '2026-11-22';
const line = (changes: Partial<Parameters<typeof unusedOf>[0]> = {}) => ({
  credits: 5000n,
  multiplier: 1000n,
  periodEnd: null,
  ...changes,
});

describe("the unused part of a line's credit", () => {
  test.each<[string, Parameters<typeof line>[0], { balance: bigint; outstandingExcess: bigint }, bigint]>([
    ['all of it, where the counter has it', {}, { balance: 5000n, outstandingExcess: 0n }, 5000n],
    ['no more than was credited', {}, { balance: 9000n, outstandingExcess: 0n }, 5000n],
    ['no more than the counter has, in whole packs', {}, { balance: 4300n, outstandingExcess: 0n }, 4000n],
    ['nothing, where less than a pack is left', {}, { balance: 999n, outstandingExcess: 0n }, 0n],
    ['nothing, where excess is owed', {}, { balance: 5000n, outstandingExcess: 1n }, 0n],
    ['all of it on the last day of its period', { periodEnd: TODAY }, { balance: 5000n, outstandingExcess: 0n }, 5000n],
    ['nothing from the day after', { periodEnd: '2026-11-21' }, { balance: 5000n, outstandingExcess: 0n }, 0n],
  ])('%s', (_, changes, facts, unused) => {
    expect(unusedOf(line(changes), facts, TODAY)).toBe(unused);
  });

  test('stays between nothing and both the credit and the counter, and is a multiple of the unit of sale', () => {
    const quantity = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const packs = fc.record({
      multiplier: fc.bigInt({ min: 1n, max: 100_000n }),
      count: fc.bigInt({ min: 1n, max: 10n ** 9n }),
    });
    fc.assert(
      fc.property(
        packs,
        quantity,
        fc.bigInt({ min: 0n, max: 3n }),
        ({ multiplier, count }, balance, outstandingExcess) => {
          const credits = count * multiplier;
          const unused = unusedOf(line({ credits, multiplier }), { balance, outstandingExcess }, TODAY);
          expect(unused >= 0n && unused <= credits && unused <= balance).toBe(true);
          expect(unused % multiplier).toBe(0n);
          // One more pack would be one too many.
          const limit = balance < credits ? balance : credits;
          if (outstandingExcess === 0n) expect(unused + multiplier > limit).toBe(true);
        },
      ),
    );
  });
});
