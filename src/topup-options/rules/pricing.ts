import { endOfJakartaDay, endOfMonth, jakartaDate } from '../../kernel/jakarta.ts';
import { formatRupiah, type Rupiah } from '../../kernel/money.ts';

/** How long what was bought stays valid, in the catalogue's spelling. */
export type CatalogueQuotaType = 'lifetime' | 'monthly' | 'contract';

/** `{{mekari_billing}}` in a label or description stands for the unit price (domain.md 5). */
export function fillPlaceholders(template: string, unitPrice: Rupiah): string {
  return template.replaceAll(/\{\{\s*mekari_billing\s*\}\}/g, formatRupiah(unitPrice));
}

/**
 * Until when what is bought now stays valid: the end of the contract's last day, of this month, or undefined for ever. All
 * in Asia/Jakarta. A contract option without a contract has no end to tell.
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
