import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { owedQuantities, priceExcess, unclaimed } from '../../../src/excess-usage/rules/owed.ts';

const MUV = { code: 'muv', excessKey: 'muv_excess' };
const reported = (...rows: [key: string, period: string, quantity: bigint][]) =>
  rows.map(([key, period, quantity]) => ({ key, period, quantity }));

describe('the outstanding excess', () => {
  test('is the reported one under the key of the configuration, oldest period first', () => {
    const excess = reported(['muv_excess', '2026-11', 120n], ['other', '2026-11', 7n], ['muv_excess', '2026-10', 5n]);
    expect(owedQuantities(MUV, excess, new Map())).toEqual([
      { period: '2026-10', quantity: 5n },
      { period: '2026-11', quantity: 120n },
    ]);
  });

  test('is nothing for a configuration without an excess key', () => {
    expect(owedQuantities({ code: 'agent_extra', excessKey: null }, reported(['x', '2026-11', 1n]), new Map())).toEqual(
      [],
    );
  });

  test('is less the settled amount of the same period', () => {
    const excess = reported(['muv_excess', '2026-10', 100n], ['muv_excess', '2026-11', 120n]);
    expect(owedQuantities(MUV, excess, new Map([['muv 2026-10', 30n]]))).toEqual([
      { period: '2026-10', quantity: 70n },
      { period: '2026-11', quantity: 120n },
    ]);
  });

  test('is nothing after all is settled, while hub-core keeps reporting it', () => {
    expect(owedQuantities(MUV, reported(['muv_excess', '2026-10', 100n]), new Map([['muv 2026-10', 100n]]))).toEqual(
      [],
    );
  });

  test('is nothing when the settled amount exceeds the reported one', () => {
    expect(owedQuantities(MUV, reported(['muv_excess', '2026-10', 90n]), new Map([['muv 2026-10', 100n]]))).toEqual([]);
  });

  test('ignores settlements of another quota', () => {
    const settled = new Map([['wa_balance 2026-10', 100n]]);
    expect(owedQuantities(MUV, reported(['muv_excess', '2026-10', 100n]), settled)).toHaveLength(1);
  });

  test.each([0n, -5n])('is nothing when %s is reported', (quantity) => {
    expect(owedQuantities(MUV, reported(['muv_excess', '2026-11', quantity]), new Map())).toEqual([]);
  });

  test('sums rows of one period', () => {
    const excess = reported(['muv_excess', '2026-11', 20n], ['muv_excess', '2026-11', 22n]);
    expect(owedQuantities(MUV, excess, new Map())).toEqual([{ period: '2026-11', quantity: 42n }]);
  });

  test('plus the settled amount equals the reported one, unless more was settled', () => {
    const amounts = fc.record({ reported: fc.bigInt(1n, 1_000_000n), part: fc.integer({ min: 0, max: 100 }) });
    fc.assert(
      fc.property(amounts, ({ reported: quantity, part }) => {
        const settled = (quantity * BigInt(part)) / 100n;
        const owed = owedQuantities(
          MUV,
          reported(['muv_excess', '2026-11', quantity]),
          new Map([['muv 2026-11', settled]]),
        );
        expect((owed[0]?.quantity ?? 0n) + settled).toBe(quantity);
      }),
    );
  });
});

describe('its price', () => {
  test('is quantity times unit price', () => {
    expect(priceExcess('muv', { period: '2026-11', quantity: 120n }, 750n)).toEqual({
      code: 'muv',
      period: '2026-11',
      quantity: 120n,
      unitPrice: 750n,
      amount: 90_000n,
    });
  });

  test('exceeds 2^31 without loss', () => {
    expect(priceExcess('muv', { period: '2026-11', quantity: 3_000_001n }, 1_001n)?.amount).toBe(3_003_001_001n);
  });

  test('is unknown beyond the largest exact amount', () => {
    const most = { period: '2026-11', quantity: 9_007_199_254_740_991n };
    expect(priceExcess('muv', most, 1n)?.amount).toBe(9_007_199_254_740_991n);
    expect(priceExcess('muv', most, 2n)).toBeUndefined();
  });
});

describe('the unclaimed excess', () => {
  const owed = (period: string, quantity: bigint) => ({
    code: 'muv',
    period,
    quantity,
    unitPrice: 750n,
    amount: quantity * 750n,
  });
  const claim = (period: string, quantity: bigint) => ({ code: 'muv', period, quantity });

  test('is what is owed, less the claims of the same period, at the same unit price', () => {
    const rows = [owed('2026-10', 100n), owed('2026-11', 20n)];
    expect(unclaimed(rows, [claim('2026-10', 30n), claim('2026-10', 10n)])).toEqual([
      owed('2026-10', 60n),
      owed('2026-11', 20n),
    ]);
  });

  test('omits a period that is claimed as a whole, or beyond what is still owed', () => {
    const rows = [owed('2026-10', 100n), owed('2026-11', 20n)];
    expect(unclaimed(rows, [claim('2026-10', 100n), claim('2026-11', 21n)])).toEqual([]);
  });
});
