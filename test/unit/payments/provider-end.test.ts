import { describe, expect, test } from 'vitest';
import type { InvoiceStatus } from '../../../src/payments/provider.ts';
import {
  isProviderIll,
  isUnknownForGood,
  providerDeadline,
  providerEnd,
} from '../../../src/payments/rules/provider-end.ts';

const of = (id: string, status: InvoiceStatus) => ({ id, status });

test.each<[InvoiceStatus, 'EXPIRED' | 'CANCELLED' | undefined]>([
  ['pending', undefined],
  ['partially_paid', undefined],
  ['paid', undefined],
  ['refunded', undefined],
  ['expired', 'EXPIRED'],
  ['void', 'CANCELLED'],
])("the order's own invoice that is %s: %s", (status, end) => {
  expect(providerEnd([of('inv_1', status)], 'inv_1')).toBe(end);
});

test('an order does not end while another of its invoices can be paid, nor by an invoice that is not its own', () => {
  expect(providerEnd([of('inv_1', 'expired'), of('inv_2', 'pending')], 'inv_1')).toBeUndefined();
  expect(providerEnd([of('inv_1', 'expired'), of('inv_2', 'partially_paid')], 'inv_1')).toBeUndefined();
  expect(providerEnd([of('inv_1', 'expired'), of('inv_2', 'void')], 'inv_1')).toBe('EXPIRED');
  expect(providerEnd([of('inv_2', 'void')], 'inv_1')).toBeUndefined();
  expect(providerEnd([of('inv_2', 'void')], null)).toBeUndefined();
});

describe('an invoice is unknown for good', () => {
  const now = new Date('2026-11-22T10:15:00Z');
  const streak = { unknown: 5, unknownSince: new Date('2026-11-22T10:00:00Z') };
  const well = { asked: 100, unknown: 1 };

  test('after five answers over fifteen minutes', () => {
    expect(isUnknownForGood(streak, well, now)).toBe(true);
    expect(isUnknownForGood({ ...streak, unknown: 4 }, well, now)).toBe(false);
    expect(isUnknownForGood(streak, well, new Date(now.getTime() - 1))).toBe(false);
  });

  test('not while the provider is ill', () => {
    expect(isUnknownForGood(streak, { asked: 100, unknown: 11 }, now)).toBe(false);
  });
});

test.each([
  [{ asked: 1, unknown: 1 }, false],
  [{ asked: 20, unknown: 2 }, false],
  [{ asked: 19, unknown: 2 }, true],
  [{ asked: 2, unknown: 2 }, true],
  [{ asked: 100, unknown: 10 }, false],
  [{ asked: 100, unknown: 11 }, true],
])('%j is ill: %s', (health, isIll) => {
  expect(isProviderIll(health)).toBe(isIll);
});

describe("the provider's deadline", () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const ours = new Date('2026-11-23T10:00:00Z');
  const given = (time: string) => providerDeadline(new Date(time), ours, now);

  test('counts if it is earlier by a second at least', () => {
    expect(given('2026-11-22T12:00:00Z')).toEqual(new Date('2026-11-22T12:00:00Z'));
    expect(given('2026-11-23T09:59:59Z')).toEqual(new Date('2026-11-23T09:59:59Z'));
    expect(given('2026-11-23T09:59:59.001Z')).toBeUndefined();
    expect(given('2026-11-24T10:00:00Z')).toBeUndefined();
  });
  test('is implausible in the past', () => {
    expect(given('2026-11-22T10:00:00Z')).toBe('implausible');
    expect(given('2026-11-22T10:00:00.001Z')).toBeInstanceOf(Date);
  });
  test('is implausible if it cannot be read', () => {
    expect(providerDeadline('unreadable', ours, now)).toBe('implausible');
  });
  test('is nothing if one of the two is missing', () => {
    expect(providerDeadline(undefined, ours, now)).toBeUndefined();
    expect(providerDeadline(now, null, now)).toBeUndefined();
  });
});
