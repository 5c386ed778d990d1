import { endOfJakartaDay, endOfMonth, jakartaDate } from '../../kernel/jakarta.ts';

/** The validity of a top-up, in the catalogue's spelling. */
export type CatalogueQuotaType = 'lifetime' | 'monthly' | 'contract';

/**
 * The end of a top-up bought now: the end of the month or of the contract's last day, in Asia/Jakarta. undefined if it never
 * ends, or if the organization has no contract end.
 */
export function validUntil(
  quotaType: CatalogueQuotaType,
  contractEnd: string | undefined,
  now: Date,
): Date | undefined {
  if (quotaType === 'monthly') return endOfJakartaDay(endOfMonth(jakartaDate(now)));
  if (quotaType === 'contract' && contractEnd !== undefined) return endOfJakartaDay(contractEnd);
  return undefined;
}
