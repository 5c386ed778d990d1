import { expect, test } from 'vitest';
import { quantityRefusal } from '../../../src/orders/rules/quote-refusals.ts';
import { offeredOption } from './option-samples.ts';

const seats = offeredOption({ code: 'agent_extra', unitPrice: 150_000n });
const balance = offeredOption({ code: 'wa_balance', unitPrice: 1n });
const OPTIONS = {
  seats: { ...seats, rule: { ...seats.rule, minimum: 5n, step: 5n } },
  balance: { ...balance, rule: { ...balance.rule, input: 'AMOUNT' as const, minimum: 1_000_000n } },
};

test.each([
  ['balance', 999_999n, 'Rp999.999 is below the minimum of Rp1.000.000.'],
  [
    'balance',
    9_007_199_254_740_992n,
    'Rp9.007.199.254.740.992 is above the maximum of one order: order at most Rp9.007.199.254.740.991.',
  ],
  ['seats', 4n, '4 is below the minimum of 5.'],
  ['seats', 11n, '11 is not a multiple of the step; the nearest valid quantity is 10.'],
] as const)('of %s %d is refused in words that name the nearest as a buyer reads it', (option, quantity, message) => {
  expect(
    quantityRefusal(OPTIONS[option], { code: OPTIONS[option].configuration.code, quantity, field: null })?.message,
  ).toBe(message);
});
