import type { Rupiah } from '../../kernel/money.ts';
import type { TopupOrderLine } from '../../orders/index.ts';

type PaidLine = Pick<TopupOrderLine, 'amount' | 'addedTax' | 'withheld' | 'credits'>;

/**
 * Returns what the buyer paid for these units of a line: their share of its price with the VAT on top of it, and without what was withheld,
 * which never came in. Rounded half up to the rupiah; all units together cost exactly what was paid for the line.
 */
export function paidForUnits({ amount, addedTax, withheld, credits }: PaidLine, units: bigint): Rupiah {
  const paid = amount + addedTax - withheld;
  return (2n * paid * units + credits) / (2n * credits);
}
