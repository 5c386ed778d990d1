import { expect, test } from 'vitest';
import { describeExcess } from '../../../../../src/platform/graphql/limits/excess.ts';
import { excessOfValue } from '../../../../../src/platform/graphql/limits/value-limits.ts';

function refusalOf(value: unknown): string | undefined {
  const excess = excessOfValue(value);
  return excess && describeExcess(excess);
}

const list = (length: number, element: unknown = 1) => Array.from({ length }, () => element);

test('requests of a gateway or a buyer are within the limits', () => {
  const of = list(500, { __typename: 'TopupOrder', id: '01a2047d-1111-7111-8111-111111111111' });
  expect(excessOfValue({ of })).toBeUndefined();
  const items = list(20, { optionId: '1001:wa_balance', quantity: '1000000' });
  expect(excessOfValue({ input: { items, idempotencyKey: 'x'.repeat(255) } })).toBeUndefined();
  for (const value of [undefined, null, {}, { a: true, b: 1.5, c: null }]) expect(excessOfValue(value)).toBeUndefined();
});

test.each([
  ['elements of a list 1501 is more than 1500.', list(1_501)],
  ['entries 5001 is more than 5000.', Object.fromEntries(list(5_001).map((_, index) => [index, 1]))],
  ['length of a string 2001 is more than 2000.', { a: { b: ['x'.repeat(2_001)] } }],
  ['characters 70000 is more than 65536.', { ['x'.repeat(70_000)]: 1 }],
  ['nesting 9 is more than 8.', JSON.parse(`${'['.repeat(9)}1${']'.repeat(9)}`)],
  ['nesting 9 is more than 8.', JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)],
])('a value over a limit is refused: %s', (message, value) => {
  expect(refusalOf(value)).toBe(message);
});

test('entries and characters of all places are summed', () => {
  expect(refusalOf(list(11, list(490)))).toMatch(/^entries \d+ is more than 5000\.$/);
  expect(refusalOf(list(33, 'x'.repeat(2_000)))).toMatch(/^characters 66000 is more than 65536\.$/);
});
