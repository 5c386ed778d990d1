import type { Rupiah } from '../../kernel/money.ts';

/**
 * The amount whose receipt settles an order, and for which its invoice asks: the total less the tax that the buyer keeps back
 * (domain.md 10a).
 */
export const payableOf = ({ total, withheldTotal }: { total: Rupiah; withheldTotal: Rupiah }): Rupiah =>
  total - withheldTotal;
