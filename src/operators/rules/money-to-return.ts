import type { Rupiah } from '../../kernel/money.ts';

/** The rupiah of an order when an operator decides about it. */
export interface MoneyFacts {
  asked: Rupiah;
  /** The sum that came in. */
  paid: Rupiah;
  /** The sum that the provider gave back or charged back already. */
  returned: Rupiah;
}

export interface MoneyToReturn {
  /** Never more than is still here. */
  toGiveBack: Rupiah;
  /** The value that the buyer keeps and nobody pays for. */
  writtenOff: Rupiah;
}

const atLeast0 = (amount: Rupiah): Rupiah => (amount > 0n ? amount : 0n);
const least = (one: Rupiah, other: Rupiah): Rupiah => (one < other ? one : other);

/** Accepts what came in as payment of the whole order: the rest is written off, a surplus is given back. */
export function returnOfApproval({ asked, paid, returned }: MoneyFacts): MoneyToReturn {
  const here = paid - returned;
  return { toGiveBack: atLeast0(here - asked), writtenOff: atLeast0(asked - here) };
}

/** Nothing was credited, so all that is still here goes back. */
export function returnOfReview({ paid, returned }: MoneyFacts): MoneyToReturn {
  return { toGiveBack: atLeast0(paid - returned), writtenOff: 0n };
}

/**
 * The units taken back had cost `cost`. What the provider gave back already counts towards it, but for a surplus, which was
 * never the order's.
 */
export function returnOfCredit({ asked, paid, returned }: MoneyFacts, cost: Rupiah): MoneyToReturn {
  const here = atLeast0(paid - returned);
  const returnedOfPrice = atLeast0(returned - atLeast0(paid - asked));
  const toGiveBack = least(atLeast0(cost - returnedOfPrice), here);
  return { toGiveBack, writtenOff: atLeast0(asked - cost - (here - toGiveBack)) };
}
