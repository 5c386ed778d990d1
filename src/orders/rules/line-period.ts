import { endOfMonth } from '../../kernel/jakarta.ts';
import type { CatalogueQuotaType } from '../../topup-options/index.ts';

/** Dates in Asia/Jakarta, YYYY-MM-DD; null where a line has none. */
export interface LinePeriod {
  periodStart: string | null;
  periodEnd: string | null;
}

/**
 * From when to when what a line buys is valid (domain.md 10): a contract's line to the contract's end, a monthly one to the
 * end of the month, a lifetime one without end, all from the day that it becomes active.
 */
export function topupPeriod(quotaType: CatalogueQuotaType, activeFrom: string, contractEnd: string | null): LinePeriod {
  if (quotaType === 'contract') {
    // Paid after the contract's end, against an order from before it: booked on its last day.
    const periodStart = contractEnd !== null && contractEnd < activeFrom ? contractEnd : activeFrom;
    return { periodStart, periodEnd: contractEnd };
  }
  if (quotaType === 'monthly') return { periodStart: activeFrom, periodEnd: endOfMonth(activeFrom) };
  return { periodStart: activeFrom, periodEnd: null };
}

/** The calendar month that the excess was used in; none where hub-core names its periods otherwise. */
export function excessPeriodDates(period: string): LinePeriod {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) return { periodStart: null, periodEnd: null };
  const first = `${period}-01`;
  return { periodStart: first, periodEnd: endOfMonth(first) };
}
