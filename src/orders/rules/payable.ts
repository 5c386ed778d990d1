import type { Rupiah } from '../../kernel/money.ts';

/** The amount whose receipt settles an order, and for which its invoice asks: the total, as long as nothing is withheld. */
export const payableOf = ({ total }: { total: Rupiah }): Rupiah => total;
