import type { TopupOrderLine } from '../../orders/index.ts';

/** The state of a quota when one of its top-ups is refunded, in units of the quota. */
export interface QuotaFacts {
  /** The organization's counter. */
  balance: bigint;
  /** The excess that hub-core reports and no order has settled. Above zero, all of the quota is used. */
  outstandingExcess: bigint;
}

type CreditedLine = Pick<TopupOrderLine, 'credits' | 'multiplier' | 'periodEnd'>;

/**
 * Returns the most units that a refund can take back from a line. It is at most the counter; it is 0 for a quota with
 * outstanding excess or a period that has ended. It counts whole units of sale, because only those have a price.
 */
export function unusedOf(line: CreditedLine, { balance, outstandingExcess }: QuotaFacts, today: string): bigint {
  const isOver = line.periodEnd !== null && line.periodEnd < today;
  if (isOver || outstandingExcess > 0n) return 0n;
  const most = balance < line.credits ? balance : line.credits;
  return most - (most % line.multiplier);
}
