import { describe, expect, test } from 'vitest';
import { validUntil } from '../../../src/topup-options/rules/validity.ts';

describe("the end of an option's validity", () => {
  test.each([
    ['the middle of a month', '2026-11-22T03:00:00Z', '2026-11-30T16:59:59.000Z'],
    ['the last second of the month in Jakarta', '2026-11-30T16:59:59Z', '2026-11-30T16:59:59.000Z'],
    ['the first second of the next, still November in UTC', '2026-11-30T17:00:00Z', '2026-12-31T16:59:59.000Z'],
    ['the last second of the year in Jakarta', '2026-12-31T16:59:59Z', '2026-12-31T16:59:59.000Z'],
    ['new year in Jakarta, still December in UTC', '2026-12-31T17:00:00Z', '2027-01-31T16:59:59.000Z'],
    ['a leap February', '2028-02-01T00:00:00Z', '2028-02-29T16:59:59.000Z'],
  ])("is the month's end for monthly, in %s", (_when, now, until) => {
    expect(validUntil('monthly', '2027-12-31', new Date(now))?.toISOString()).toBe(until);
  });

  test('is the end of the last day of the contract, whatever the day is now', () => {
    const until = validUntil('contract', '2027-06-30', new Date('2026-11-22T03:00:00Z'));
    expect(until?.toISOString()).toBe('2027-06-30T16:59:59.000Z');
  });

  test('is unknown for a contract without an end', () => {
    expect(validUntil('contract', undefined, new Date('2026-11-22T03:00:00Z'))).toBeUndefined();
  });

  test('never comes for lifetime, contract or not', () => {
    expect(validUntil('lifetime', '2027-06-30', new Date('2026-11-22T03:00:00Z'))).toBeUndefined();
  });
});
