import { describe, expect, test } from 'vitest';
import { returnOfApproval, returnOfCredit, returnOfReview } from '../../../src/operators/rules/money-to-return.ts';

const facts = (asked: bigint, paid: bigint, returned = 0n) => ({ asked, paid, returned });

describe('an approval', () => {
  test.each([
    ['a fee is missing', facts(1_000_000n, 999_999n), { toGiveBack: 0n, writtenOff: 1n }],
    ['nothing is here', facts(1_000_000n, 0n), { toGiveBack: 0n, writtenOff: 1_000_000n }],
    ['part went back', facts(1_000_000n, 900_000n, 400_000n), { toGiveBack: 0n, writtenOff: 500_000n }],
    ['more is here', facts(1_000_000n, 1_004_000n), { toGiveBack: 4_000n, writtenOff: 0n }],
  ])('writes off what is missing: %s', (_, money, expected) => {
    expect(returnOfApproval(money)).toEqual(expected);
  });
});

describe('a refund of an order under review', () => {
  test.each([
    ['all of it', facts(325_000n, 5n), { toGiveBack: 5n, writtenOff: 0n }],
    ['what is still here', facts(325_000n, 200_000n, 150_000n), { toGiveBack: 50_000n, writtenOff: 0n }],
    ['nothing, if all of it went back', facts(325_000n, 5n, 5n), { toGiveBack: 0n, writtenOff: 0n }],
    ['nothing, if more went back than came', facts(325_000n, 5n, 9n), { toGiveBack: 0n, writtenOff: 0n }],
  ])('gives back %s', (_, money, expected) => {
    expect(returnOfReview(money)).toEqual(expected);
  });
});

describe('a refund of a credited order', () => {
  test.each([
    ['their price', facts(1_000_000n, 1_000_000n), 250_000n, { toGiveBack: 250_000n, writtenOff: 0n }],
    ['never more than came in', facts(325_000n, 5n), 325_000n, { toGiveBack: 5n, writtenOff: 0n }],
    ['the surplus is not among it', facts(1_000_000n, 1_004_000n), 250_000n, { toGiveBack: 250_000n, writtenOff: 0n }],
    [
      'what went back before counts',
      facts(1_000_000n, 1_000_000n, 300_000n),
      300_000n,
      { toGiveBack: 0n, writtenOff: 0n },
    ],
    [
      'a surplus that went back does not',
      facts(1_000_000n, 1_004_000n, 4_000n),
      250_000n,
      { toGiveBack: 250_000n, writtenOff: 0n },
    ],
    [
      'all was charged back, and all is used',
      facts(1_000_000n, 1_000_000n, 1_000_000n),
      0n,
      { toGiveBack: 0n, writtenOff: 1_000_000n },
    ],
    [
      'all was charged back, and half is used',
      facts(1_000_000n, 1_000_000n, 1_000_000n),
      500_000n,
      { toGiveBack: 0n, writtenOff: 500_000n },
    ],
    ['a fee was written off before', facts(1_000_000n, 999_999n), 250_000n, { toGiveBack: 250_000n, writtenOff: 1n }],
  ])('gives back the price of the units: %s', (_, money, cost, expected) => {
    expect(returnOfCredit(money, cost)).toEqual(expected);
  });
});
