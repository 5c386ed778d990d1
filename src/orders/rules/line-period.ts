import { endOfMonth } from '../../kernel/jakarta.ts';
import type { CatalogueQuotaType } from '../../topup-options/index.ts';

/** Dates in Asia/Jakarta, YYYY-MM-DD; null if a line has none. */
export interface LinePeriod {
  periodStart: string | null;
  periodEnd: string | null;
}

/**
 * Returns the period in which a line's credits are valid (domain.md 10). It starts on `activeFrom`. It ends with the
 * contract for a contract quota, with the month for a monthly one, and never for a lifetime one.
 */
export function topupPeriod(quotaType: CatalogueQuotaType, activeFrom: string, contractEnd: string | null): LinePeriod {
  if (quotaType === 'contract') {
    // The payment came after the contract ended, so accounting books the line on the contract's last day.
    const periodStart = contractEnd !== null && contractEnd < activeFrom ? contractEnd : activeFrom;
    return { periodStart, periodEnd: contractEnd };
  }
  if (quotaType === 'monthly') return { periodStart: activeFrom, periodEnd: endOfMonth(activeFrom) };
  return { periodStart: activeFrom, periodEnd: null };
}

/** Returns the calendar month in which the excess was used; null dates if hub-core's period is not a month. */
export function excessPeriodDates(period: string): LinePeriod {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) return { periodStart: null, periodEnd: null };
  const first = `${period}-01`;
  return { periodStart: first, periodEnd: endOfMonth(first) };
}
