import { formatRupiah, type Rupiah } from '../../kernel/money.ts';
import { eachText, type Translated, type Translations } from '../../kernel/translated.ts';

/** Stands for a price that is not available. */
const NO_PRICE = '–';

/** `{{mekari_billing}}` in a label or description stands for the unit price (domain.md 5). */
export function fillPlaceholders(template: string, unitPrice: Rupiah | undefined): string {
  const price = unitPrice === undefined ? NO_PRICE : formatRupiah(unitPrice);
  return template.replaceAll(/\{\{\s*mekari_billing\s*\}\}/g, price);
}

/** The label of a catalogue row in every language. */
export function filledLabel(
  { label, labelTranslations }: { label: string; labelTranslations: Translations | null },
  unitPrice: Rupiah | undefined,
): Translated {
  return eachText({ text: label, translations: labelTranslations }, (text) => fillPlaceholders(text, unitPrice));
}
