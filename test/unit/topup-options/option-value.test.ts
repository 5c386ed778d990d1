import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseOptionValue } from '../../../src/topup-options/rules/option-value.ts';

function reasonOf(value: unknown): string {
  const parsed = parseOptionValue(value);
  if (parsed.ok) throw new Error(`it was taken: ${JSON.stringify(value)}`);
  return parsed.error;
}

describe('a valid option_value', () => {
  test('has a minimum and a step of rupiah for AMOUNT', () => {
    expect(parseOptionValue({ input: 'AMOUNT', minimum: 1_000_000, step: 1 })).toEqual({
      ok: true,
      value: { input: 'AMOUNT', minimum: 1_000_000n, maximum: undefined, step: 1n, multiplier: 1n, choices: [] },
    });
  });

  test('has step and multiplier 1 by default for QUANTITY', () => {
    expect(parseOptionValue({ input: 'QUANTITY', minimum: 3 })).toEqual({
      ok: true,
      value: { input: 'QUANTITY', minimum: 3n, maximum: undefined, step: 1n, multiplier: 1n, choices: [] },
    });
  });

  test('may have a multiplier and a maximum for QUANTITY', () => {
    expect(parseOptionValue({ input: 'QUANTITY', minimum: 1, maximum: 50, step: 1, multiplier: 1000 })).toEqual({
      ok: true,
      value: { input: 'QUANTITY', minimum: 1n, maximum: 50n, step: 1n, multiplier: 1000n, choices: [] },
    });
  });

  test('has ascending choices without repeats for CHOICE, with the smallest and largest as bounds', () => {
    expect(parseOptionValue({ input: 'CHOICE', choices: [5000, 500, 1000, 500] })).toMatchObject({
      ok: true,
      value: { minimum: 500n, maximum: 5000n, choices: [500n, 1000n, 5000n] },
    });
  });

  test('drops choices outside of minimum and maximum for CHOICE', () => {
    expect(
      parseOptionValue({ input: 'CHOICE', choices: [500, 1000, 2500, 5000], minimum: 1000, maximum: 2500 }),
    ).toMatchObject({ ok: true, value: { minimum: 1000n, maximum: 2500n, choices: [1000n, 2500n] } });
  });

  test.each([
    { input: 'QUANTITY', minimum: 10, maximum: 10 },
    { input: 'QUANTITY', minimum: 11, maximum: 20, step: 10 },
    { input: 'CHOICE', choices: [500], step: 300 },
  ])('leaves one quantity in %j', (value) => {
    expect(parseOptionValue(value).ok).toBe(true);
  });

  test('may have the largest exact number', () => {
    const parsed = parseOptionValue({ input: 'AMOUNT', minimum: 9_007_199_254_740_991 });
    expect(parsed).toMatchObject({ ok: true, value: { minimum: 9_007_199_254_740_991n } });
  });
});

describe('an invalid option_value is refused with the wrong member', () => {
  test.each([
    ['option_value.input', { minimum: 1 }],
    ['option_value.input', { input: 'amount', minimum: 1 }],
    ['option_value.minimum', { input: 'AMOUNT' }],
    ['option_value.minimum', { input: 'AMOUNT', minimum: 0 }],
    ['option_value.minimum', { input: 'AMOUNT', minimum: -5 }],
    ['option_value.minimum', { input: 'AMOUNT', minimum: 1.5 }],
    ['option_value.minimum', { input: 'AMOUNT', minimum: '1000000' }],
    ['option_value.minimum', { input: 'AMOUNT', minimum: 9_007_199_254_740_992 }],
    ['option_value.minimum', { input: 'AMOUNT', minimum: null }],
    ['option_value.step', { input: 'QUANTITY', minimum: 1, step: 0 }],
    ['option_value.multiplier', { input: 'QUANTITY', minimum: 1, multiplier: 0.5 }],
    ['option_value.multiplier', { input: 'QUANTITY', minimum: 1, multiplier: 2_147_483_648 }],
    ['option_value.maximum', { input: 'QUANTITY', minimum: 10, maximum: 9 }],
    ['option_value.maximum', { input: 'QUANTITY', minimum: 11, maximum: 19, step: 10 }],
    ['option_value.choices', { input: 'CHOICE' }],
    ['option_value.choices', { input: 'CHOICE', choices: [] }],
    ['option_value.choices', { input: 'CHOICE', choices: Array.from({ length: 101 }, (_, at) => at + 1) }],
    ['option_value.choices.1', { input: 'CHOICE', choices: [500, -1] }],
    ['option_value.choices', { input: 'CHOICE', choices: [500, 1000], minimum: 2000 }],
    ['option_value', { input: 'AMOUNT', minimum: 1, choices: [1] }],
    ['option_value', { input: 'AMOUNT', minimum: 1, mininum: 2 }],
    ['option_value', null],
    ['option_value', 'AMOUNT'],
    ['option_value', []],
  ])('named as %s in %j', (member, value) => {
    expect(reasonOf(value).split(': ')[0]).toBe(member);
  });

  test.each([
    ['option_value.minimum: is not a whole number from 1', { input: 'AMOUNT', minimum: 0 }],
    [
      'option_value.maximum: leaves no quantity: it lies below the least that minimum and step allow',
      { input: 'QUANTITY', minimum: 10, maximum: 9 },
    ],
    [
      'option_value.choices: none lies between minimum and maximum',
      { input: 'CHOICE', choices: [500, 1000], minimum: 2000 },
    ],
  ])('with the reason: %s', (reason, value) => {
    expect(reasonOf(value)).toBe(reason);
  });

  test('without a throw, whatever the column holds', () => {
    const members = {
      input: fc.constantFrom('AMOUNT', 'CHOICE', 'QUANTITY'),
      minimum: fc.anything(),
      step: fc.anything(),
    };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record(members)), (value) => {
        expect(typeof parseOptionValue(value).ok).toBe('boolean');
      }),
    );
  });
});
