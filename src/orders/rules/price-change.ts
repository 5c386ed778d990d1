import { formatRupiah, type Rupiah } from '../../kernel/money.ts';
import type { Translated } from '../../kernel/translated.ts';
import { type PricedLine, sameLine, sameQuote, taxesKey } from './compare-quotes.ts';
import { payableOf } from './payable.ts';
import type { LineKind, Quote, QuoteLine } from './quote.ts';
import { type UserError, userError } from './user-error.ts';

type ComparedLine = PricedLine & Pick<QuoteLine, 'label' | 'labelTranslations' | 'includedTax' | 'addedTax'>;

/** A line as it was, or as it is now. */
export type PricedSide = Pick<ComparedLine, 'quantity' | 'credits' | 'unitPrice' | 'amount' | 'taxes'> & {
  /** All VAT on the line. */
  tax: Rupiah;
};

/** A line that the buyer has not seen like this. */
export interface ChangedLine {
  kind: LineKind;
  code: string;
  /** hub-core's billing period; only excess has one. */
  period: string | null;
  label: Translated;
  /** null for a line that came. */
  before: PricedSide | null;
  /** null for a line that fell away. */
  after: PricedSide | null;
  hasOtherTaxes: boolean;
}

/**
 * Compares two quotes of an order line by line, in the order of the new one; lines that fell away come last. Leaves out a line whose taxes
 * have other amounts only because they are rounded with the others.
 */
export function changedLines(before: readonly ComparedLine[], after: readonly ComparedLine[]): ChangedLine[] {
  const pairs = [
    ...after.map((now) => [sameLine(before, now), now] as const),
    ...before.filter((line) => sameLine(after, line) === undefined).map((line) => [line, undefined] as const),
  ];
  return pairs
    .filter(([old, now]) => old === undefined || now === undefined || !sameQuote([old], [now]))
    .map(([old, now]) => toChange(old, now));
}

function toChange(old: ComparedLine | undefined, now: ComparedLine | undefined): ChangedLine {
  const shown = (now ?? old) as ComparedLine;
  return {
    kind: shown.kind,
    code: shown.quotaCode,
    period: shown.excessPeriod,
    label: { text: shown.label, translations: shown.labelTranslations },
    before: old === undefined ? null : toSide(old),
    after: now === undefined ? null : toSide(now),
    hasOtherTaxes: old !== undefined && now !== undefined && taxesKey(old) !== taxesKey(now),
  };
}

function toSide({ quantity, credits, unitPrice, amount, taxes, includedTax, addedTax }: ComparedLine): PricedSide {
  return { quantity, credits, unitPrice, amount, taxes, tax: includedTax + addedTax };
}

type Totals = Pick<Quote, 'total' | 'withheldTotal'>;

/** Refuses a confirm of the quote `before`, whose order has the quote `now`. */
export function priceChanged(before: Totals & { isSubmitted: boolean }, now: Totals): UserError {
  const next = before.isSubmitted ? 'submit it again: its approval was for the old prices' : 'confirm it again';
  const message = `Prices, the excess to settle or taxes have changed: ${describeTotals(before, now)}. Nothing was ordered: review the order and ${next}.`;
  return userError('PRICE_CHANGED', message, { field: ['input', 'expectedTotal'], retryable: true });
}

/** Tax that is withheld moves what is to be paid, not the total. */
function describeTotals(before: Totals, now: Totals): string {
  const total = `the total was ${formatRupiah(before.total)} and is now ${formatRupiah(now.total)}`;
  if (before.withheldTotal === 0n && now.withheldTotal === 0n) return total;
  return `${total}, of which ${formatRupiah(payableOf(before))} was to be paid and now ${formatRupiah(payableOf(now))} is`;
}
