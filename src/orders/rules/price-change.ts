import type { Rupiah } from '../../kernel/money.ts';
import type { Translated } from '../../kernel/translated.ts';
import { type LineKind, type PricedLine, type QuoteLine, sameLine, sameQuote, taxesKey } from './quote.ts';

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
