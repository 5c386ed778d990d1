import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfJakartaDay, endOfMonth, isCalendarDate, jakartaDate } from '../../../src/kernel/jakarta.ts';

/** The same question, answered by the ICU time zone data rather than by arithmetic. */
const calendar = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Asia/Jakarta',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});
const instants = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2099-12-31T23:59:59Z'),
  noInvalidDate: true,
});

describe('jakartaDate', () => {
  test.each([
    ['2026-11-22T16:59:59.999Z', '2026-11-22'],
    ['2026-11-22T17:00:00.000Z', '2026-11-23'],
    ['2026-11-30T17:00:00.000Z', '2026-12-01'],
    ['2026-12-31T16:59:59.999Z', '2026-12-31'],
    ['2026-12-31T17:00:00.000Z', '2027-01-01'],
    ['2028-02-28T17:00:00.000Z', '2028-02-29'],
  ])('%s is on %s in Jakarta', (instant, date) => {
    expect(jakartaDate(new Date(instant))).toBe(date);
  });

  test('agrees with the time zone database on any instant of the century', () => {
    fc.assert(fc.property(instants, (instant) => jakartaDate(instant) === calendar.format(instant)));
  });
});

describe('endOfMonth', () => {
  test.each([
    ['2026-01-01', '2026-01-31'],
    ['2026-02-10', '2026-02-28'],
    ['2028-02-10', '2028-02-29'],
    ['2100-02-01', '2100-02-28'],
    ['2026-04-30', '2026-04-30'],
    ['2026-12-31', '2026-12-31'],
  ])('the month of %s ends on %s', (date, last) => {
    expect(endOfMonth(date)).toBe(last);
  });

  test('the day after it is the first of another month', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const last = endOfMonth(jakartaDate(instant));
        const after = new Date(Date.parse(`${last}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
        expect(last.slice(0, 7)).toBe(jakartaDate(instant).slice(0, 7));
        expect(after.slice(8)).toBe('01');
      }),
    );
  });
});

describe('endOfJakartaDay', () => {
  test.each([
    ['2026-11-30', '2026-11-30T16:59:59.000Z'],
    ['2026-12-31', '2026-12-31T16:59:59.000Z'],
    ['2028-02-29', '2028-02-29T16:59:59.000Z'],
  ])('%s ends at %s', (date, instant) => {
    expect(endOfJakartaDay(date).toISOString()).toBe(instant);
  });

  test('is on that day, and a second later is not', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const date = jakartaDate(instant);
        const end = endOfJakartaDay(date);
        expect(calendar.format(end)).toBe(date);
        expect(calendar.format(new Date(end.getTime() + 1000))).not.toBe(date);
      }),
    );
  });
});

describe('isCalendarDate', () => {
  test.each(['2026-11-22', '2028-02-29', '0001-01-01'])('takes %s', (text) => {
    expect(isCalendarDate(text)).toBe(true);
  });

  test.each(['2026-02-30', '2027-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '22-11-2026', '2026-11-22Z', ''])(
    'refuses %j',
    (text) => {
      expect(isCalendarDate(text)).toBe(false);
    },
  );
});
