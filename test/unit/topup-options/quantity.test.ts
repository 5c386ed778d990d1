import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseOptionValue, type QuantityRule } from '../../../src/topup-options/rules/option-value.ts';
import { checkQuantity, ruleFor } from '../../../src/topup-options/rules/quantity.ts';

const NO_MCC = { enabled: false, minimum: 0n };

function rule(value: unknown, code = 'any', mcc = NO_MCC): QuantityRule {
  const parsed = parseOptionValue(value);
  if (!parsed.ok) throw new Error(parsed.error);
  return ruleFor(code, parsed.value, mcc);
}

describe('the rule that binds one organization', () => {
  const whatsapp = { input: 'AMOUNT', minimum: 1_000_000, step: 1 };

  test('is the row without MCC', () => {
    expect(rule(whatsapp, 'wa_balance', { enabled: false, minimum: 2_500_000n }).minimum).toBe(1_000_000n);
  });

  test.each([2_500_000n, 400_000n])("replaces WhatsApp's minimum by an enabled MCC of %s, up or down", (minimum) => {
    expect(rule(whatsapp, 'wa_balance', { enabled: true, minimum }).minimum).toBe(minimum);
  });

  test('applies MCC to WhatsApp alone', () => {
    const voice = rule({ input: 'AMOUNT', minimum: 500_000 }, 'voice_call_extra', {
      enabled: true,
      minimum: 9_000_000n,
    });
    expect(voice.minimum).toBe(500_000n);
  });

  test('moves an MCC minimum off the step up to it, so that it can be bought', () => {
    const bound = rule({ ...whatsapp, step: 1000 }, 'wa_balance', { enabled: true, minimum: 2_500_001n });
    expect(bound.minimum).toBe(2_501_000n);
    expect(checkQuantity(bound, 2_501_000n).ok).toBe(true);
  });

  test('keeps the row with an enabled MCC without a positive minimum', () => {
    expect(rule(whatsapp, 'wa_balance', { enabled: true, minimum: 0n }).minimum).toBe(1_000_000n);
  });

  test('moves bounds off the step inwards', () => {
    expect(rule({ input: 'QUANTITY', minimum: 11, maximum: 58, step: 10 })).toMatchObject({
      minimum: 20n,
      maximum: 50n,
    });
  });

  test('keeps a CHOICE: neither its step nor MCC applies', () => {
    const choice = { input: 'CHOICE', choices: [500, 1000], step: 300 };
    const asItIs = { minimum: 500n, maximum: 1000n, choices: [500n, 1000n] };
    expect(rule(choice, 'muv')).toMatchObject(asItIs);
    expect(rule(choice, 'wa_balance', { enabled: true, minimum: 700n })).toMatchObject(asItIs);
  });
});

describe('an invalid quantity is refused with the nearest valid one', () => {
  test.each([
    [{ input: 'AMOUNT', minimum: 1_000_000 }, 999_999n, 'BELOW_MINIMUM', 1_000_000n],
    [{ input: 'AMOUNT', minimum: 1_000_000 }, 0n, 'BELOW_MINIMUM', 1_000_000n],
    [{ input: 'AMOUNT', minimum: 1_000_000 }, -1_000_000n, 'BELOW_MINIMUM', 1_000_000n],
    [{ input: 'QUANTITY', minimum: 1, maximum: 50 }, 51n, 'ABOVE_MAXIMUM', 50n],
    [{ input: 'QUANTITY', minimum: 1000, step: 1000 }, 1499n, 'NOT_A_MULTIPLE', 1000n],
    [{ input: 'QUANTITY', minimum: 1000, step: 1000 }, 1501n, 'NOT_A_MULTIPLE', 2000n],
    [{ input: 'QUANTITY', minimum: 1000, step: 1000 }, 1500n, 'NOT_A_MULTIPLE', 1000n],
    [{ input: 'CHOICE', choices: [500, 1000, 2500] }, 600n, 'NOT_A_CHOICE', 500n],
    [{ input: 'CHOICE', choices: [500, 1000, 2500] }, 1n, 'NOT_A_CHOICE', 500n],
    [{ input: 'CHOICE', choices: [500, 1000, 2500] }, 1800n, 'NOT_A_CHOICE', 2500n],
    [{ input: 'CHOICE', choices: [500, 1000, 2500] }, 750n, 'NOT_A_CHOICE', 500n],
    [{ input: 'CHOICE', choices: [500, 1000, 2500] }, 10n ** 20n, 'NOT_A_CHOICE', 2500n],
  ])('for %j, %s is %s: nearest %s', (value, quantity, code, suggested) => {
    expect(checkQuantity(rule(value), quantity)).toEqual({ ok: false, error: { code, suggested } });
  });

  test.each([
    [2n, 10n],
    [17n, 10n],
  ])('with bounds between two steps: %s is off the step, and the suggestion lies within', (quantity, suggested) => {
    const between: QuantityRule = {
      input: 'QUANTITY',
      minimum: 1n,
      maximum: 18n,
      step: 10n,
      multiplier: 1n,
      choices: [],
    };
    expect(checkQuantity(between, quantity)).toEqual({ ok: false, error: { code: 'NOT_A_MULTIPLE', suggested } });
  });

  test.each([
    [{ input: 'AMOUNT', minimum: 1_000_000 }, 1_000_001n],
    [{ input: 'QUANTITY', minimum: 1, maximum: 50 }, 50n],
    [{ input: 'CHOICE', choices: [500, 1000] }, 1000n],
  ])('and a valid one is accepted: for %j, %s', (value, quantity) => {
    expect(checkQuantity(rule(value), quantity)).toEqual({ ok: true, value: quantity });
  });
});

describe('over every small rule, by trying every quantity', () => {
  const MOST = 60;
  const range = fc
    .record({
      input: fc.constantFrom('AMOUNT', 'QUANTITY'),
      minimum: fc.integer({ min: 1, max: 25 }),
      maximum: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
      step: fc.integer({ min: 1, max: 12 }),
    })
    .map((value) => ({
      value,
      isValid: (quantity: number) =>
        quantity >= value.minimum && quantity <= (value.maximum ?? quantity) && quantity % value.step === 0,
    }));
  const choice = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }).map((choices) => ({
    value: { input: 'CHOICE', choices },
    isValid: (quantity: number) => choices.includes(quantity),
  }));
  const quantities = fc.integer({ min: -5, max: 45 });

  test('exactly the valid ones are accepted, and the others get the nearest valid one', () => {
    fc.assert(
      fc.property(fc.oneof(range, choice), quantities, ({ value, isValid }, quantity) => {
        const valid = Array.from({ length: MOST }, (_, index) => index + 1).filter(isValid);
        fc.pre(valid.length > 0);
        const checked = checkQuantity(rule(value), BigInt(quantity));
        expect(checked.ok).toBe(isValid(quantity) && quantity > 0);
        if (checked.ok) return;
        const suggested = Number(checked.error.suggested);
        expect(isValid(suggested)).toBe(true);
        const nearest = Math.min(...valid.map((other) => Math.abs(other - quantity)));
        expect(Math.abs(suggested - quantity)).toBe(nearest);
      }),
      { numRuns: 2000 },
    );
  });

  test('a rule without any valid quantity is refused', () => {
    fc.assert(
      fc.property(range, ({ value, isValid }) => {
        const some = Array.from({ length: MOST }, (_, index) => index + 1).some(isValid);
        expect(parseOptionValue(value).ok).toBe(some);
      }),
      { numRuns: 2000 },
    );
  });
});
