import { expect, test } from 'vitest';
import { remindersDue } from '../../../src/fulfilment/rules/reminder-due.ts';

const at = (hours: number) => new Date(Date.UTC(2026, 10, 22) + hours * 3_600_000);
const due = (end: number, now: number) => remindersDue({ confirmedAt: at(0), paymentExpiresAt: at(end) }, at(now));

test('a day: one from the twelfth hour, two from the twenty-second, none at its end', () => {
  expect([0, 11.99, 12, 21.99, 22, 23.99, 24, 25].map((now) => due(24, now))).toEqual([0, 0, 1, 1, 2, 2, 0, 0]);
});

test('four hours and less have no second one, because it would not come after the half', () => {
  expect([1.9, 2, 3.9].map((now) => due(4, now))).toEqual([0, 1, 1]);
  expect([0.4, 0.5, 0.9, 1].map((now) => due(1, now))).toEqual([0, 1, 1, 0]);
});

test('an order without a deadline has none', () => {
  expect(remindersDue({ confirmedAt: at(0), paymentExpiresAt: null }, at(20))).toBe(0);
});
