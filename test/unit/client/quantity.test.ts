import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantityFaultOf } from '../../../packages/client/src/quantity.ts';
import { parseOptionValue } from '../../../src/topup-options/rules/option-value.ts';
import { checkQuantity, ruleFor } from '../../../src/topup-options/rules/quantity.ts';

const AMOUNT = { minimum: '1000000', maximum: '5000000', step: '1000', choices: [] };
const CHOICE = { minimum: '500', maximum: '1000', step: '1', choices: [{ quantity: '500' }, { quantity: '1000' }] };

test.each([
  [AMOUNT, '1000000', undefined],
  [AMOUNT, '999999', { code: 'BELOW_MINIMUM', suggestedQuantity: '1000000' }],
  [AMOUNT, '5000001', { code: 'ABOVE_MAXIMUM', suggestedQuantity: '5000000' }],
  [AMOUNT, '1000500', { code: 'NOT_A_MULTIPLE', suggestedQuantity: '1000000' }],
  [AMOUNT, '1000501', { code: 'NOT_A_MULTIPLE', suggestedQuantity: '1001000' }],
  [CHOICE, '500', undefined],
  [CHOICE, '750', { code: 'NOT_A_CHOICE', suggestedQuantity: '500' }],
])('%o of %s', (limits, quantity, fault) => {
  expect(quantityFaultOf(limits, quantity)).toEqual(fault);
});

const ranges = fc.record({
  input: fc.constant('QUANTITY'),
  minimum: fc.integer({ min: 1, max: 25 }),
  maximum: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  step: fc.integer({ min: 1, max: 12 }),
});
const choices = fc.record({
  input: fc.constant('CHOICE'),
  choices: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
});

test('any quantity of any option has the fault that the service names', () => {
  fc.assert(
    fc.property(fc.oneof(ranges, choices), fc.integer({ min: 0, max: 80 }), (value, quantity) => {
      const parsed = parseOptionValue(value);
      fc.pre(parsed.ok);
      const rule = ruleFor('muv', parsed.value, { enabled: false, minimum: 0n });
      fc.pre(rule.maximum === undefined || rule.minimum <= rule.maximum);
      const checked = checkQuantity(rule, BigInt(quantity));
      const limits = {
        minimum: String(rule.minimum),
        maximum: rule.maximum === undefined ? null : String(rule.maximum),
        step: String(rule.step),
        choices: rule.choices.map((choice) => ({ quantity: String(choice) })),
      };
      expect(quantityFaultOf(limits, String(quantity))).toEqual(
        checked.ok ? undefined : { code: checked.error.code, suggestedQuantity: String(checked.error.suggested) },
      );
    }),
    { numRuns: 1000 },
  );
});
