import type { TopupOrderLine } from '../../orders/index.ts';

/** What is known of a quota when one of its top-ups is to be taken back. All in units of the quota. */
export interface QuotaFacts {
  /** The organization's counter. */
  balance: bigint;
  /** What hub-core reports beyond the quota and no order has settled. Above zero, all of the quota is used. */
  outstandingExcess: bigint;
}

type ToppedUp = Pick<TopupOrderLine, 'credits' | 'multiplier' | 'periodEnd'>;

/**
 * The most that can be taken back of what a line credited: never more than the counter has, nothing of a quota that is used
 * beyond its end or of a period that is over, and whole units of sale only, because those have a price.
 */
export function unusedOf(line: ToppedUp, { balance, outstandingExcess }: QuotaFacts, today: string): bigint {
  const isOver = line.periodEnd !== null && line.periodEnd < today;
  if (isOver || outstandingExcess > 0n) return 0n;
  const most = balance < line.credits ? balance : line.credits;
  return most - (most % line.multiplier);
}
