import fc from 'fast-check';
import { expect, test } from 'vitest';
import { optionId, parseOptionId } from '../../../src/topup-options/rules/option-id.ts';

test('an option id is the organization and the code', () => {
  expect(optionId('1001', 'wa_balance')).toBe('1001:wa_balance');
});

test.each(['', ':', 'wa_balance', ':wa_balance', '1001:', '1001'])('%j is not an option id', (id) => {
  expect(parseOptionId(id)).toBeUndefined();
});

test('both parts can be read back, even when the organization id has a colon', () => {
  expect(parseOptionId('eu:1001:wa_balance')).toEqual({ organizationId: 'eu:1001', code: 'wa_balance' });
  const code = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), code, (organizationId, code) => {
      expect(parseOptionId(optionId(organizationId, code))).toEqual({ organizationId, code });
    }),
  );
});

test('two organizations never share an option id', () => {
  const code = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
  fc.assert(
    fc.property(fc.string(), fc.string(), code, code, (a, b, first, second) => {
      fc.pre(a !== b);
      expect(optionId(a, first)).not.toBe(optionId(b, second));
    }),
  );
});
