import { endOfJakartaDay, endOfMonth, jakartaDate } from '../../kernel/jakarta.ts';
import { formatRupiah, type Rupiah } from '../../kernel/money.ts';

/** The validity of a top-up, in the catalogue's spelling. */
export type CatalogueQuotaType = 'lifetime' | 'monthly' | 'contract';

/** `{{mekari_billing}}` in a label or description stands for the unit price (domain.md 5). */
export function fillPlaceholders(template: string, unitPrice: Rupiah): string {
  return template.replaceAll(/\{\{\s*mekari_billing\s*\}\}/g, formatRupiah(unitPrice));
}

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
