import { describe, expect, test } from 'vitest';
import { excessPeriodDates, topupPeriod } from '../../../src/orders/rules/line-period.ts';

describe('the period of a purchase', () => {
  test.each([
    ['contract', '2026-11-22', '2027-06-30', '2027-06-30'],
    ['contract', '2026-11-22', null, null],
    ['monthly', '2026-11-22', '2027-06-30', '2026-11-30'],
    ['monthly', '2026-12-31', null, '2026-12-31'],
    ['monthly', '2028-02-01', null, '2028-02-29'],
    ['lifetime', '2026-11-22', '2027-06-30', null],
  ] as const)('%s, active from %s, contract until %s: ends %s', (quotaType, activeFrom, contractEnd, periodEnd) => {
    expect(topupPeriod(quotaType, activeFrom, contractEnd)).toEqual({ periodStart: activeFrom, periodEnd });
  });
});

describe('the period of settled excess', () => {
  test.each([
    ['2026-11', '2026-11-01', '2026-11-30'],
    ['2026-12', '2026-12-01', '2026-12-31'],
    ['2028-02', '2028-02-01', '2028-02-29'],
  ])('%s is that month', (period, periodStart, periodEnd) => {
    expect(excessPeriodDates(period)).toEqual({ periodStart, periodEnd });
  });

  test.each(['2026-13', '2026-00', '2026-Q4', '202611', '2026-11-22', ''])('%j names no month', (period) => {
    expect(excessPeriodDates(period)).toEqual({ periodStart: null, periodEnd: null });
  });
});
