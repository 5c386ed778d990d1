import { formatRupiah, type Rupiah } from '../../kernel/money.ts';

/** `{{mekari_billing}}` in a label or description stands for the unit price (domain.md 5). */
export function fillPlaceholders(template: string, unitPrice: Rupiah): string {
  return template.replaceAll(/\{\{\s*mekari_billing\s*\}\}/g, formatRupiah(unitPrice));
}
