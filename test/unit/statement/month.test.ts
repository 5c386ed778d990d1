import { expect, test } from 'vitest';
import { monthOfFile } from '../../../src/statement/rules/month.ts';

const now = new Date('2026-11-29T12:00:00Z');

test.each([
  ['2026-11.csv', '2026-10-31T17:00:00.000Z', '2026-11-30T17:00:00.000Z'],
  ['2025-12.csv', '2025-11-30T17:00:00.000Z', '2025-12-31T17:00:00.000Z'],
  ['2024-02.csv', '2024-01-31T17:00:00.000Z', '2024-02-29T17:00:00.000Z'],
])('%s is a month of Jakarta', (file, from, until) => {
  const month = monthOfFile(file, now);
  expect([month.from.toISOString(), month.until.toISOString()]).toEqual([from, until]);
});

test.each(['2026-13.csv', '2026-00.csv', '2026-1.csv', '2026-11', '2026-11.CSV', '1999-12.csv', '../2026-11.csv', ''])(
  '%j is no statement',
  (file) => {
    expect(() => monthOfFile(file, now)).toThrow(
      'A statement is named after its month: /statements/2026-11.csv, from 2000-01 on.',
    );
  },
);

test('a month has a statement from its first moment in Jakarta on', () => {
  expect(() => monthOfFile('2026-12.csv', new Date('2026-11-30T16:59:59.999Z'))).toThrow(
    '2026-12 has not begun in Jakarta: the latest statement is 2026-11.csv.',
  );
  expect(monthOfFile('2026-12.csv', new Date('2026-11-30T17:00:00Z')).from.toISOString()).toBe(
    '2026-11-30T17:00:00.000Z',
  );
});
