import { type Rupiah, sum } from '../../kernel/money.ts';
import type { Tax } from '../../topup-options/index.ts';

/** A tax of a line with its amount, frozen with the quote. JSON has no bigint, so the amount is text, in rupiah. */
export interface LineTax extends Tax {
  amount: string;
}

/** The taxes of a line, in rupiah. The base of every tax is the line's amount less `includedTax`. */
export interface LineTaxes {
  taxes: readonly LineTax[];
  /** VAT within the line's amount. */
  includedTax: Rupiah;
  /** VAT on top of the line's amount. */
  addedTax: Rupiah;
  /** Kept back by the buyer. */
  withheld: Rupiah;
}

interface TaxableLine {
  /** Unique within the order. It decides ties, so that the order of the lines does not matter. */
  key: string;
  amount: Rupiah;
  taxes: readonly Tax[];
}

/** A tax of one line before rounding: numerator / denominator rupiah. */
interface ExactTax {
  line: TaxableLine;
  tax: Tax;
  numerator: bigint;
  denominator: bigint;
}

/**
 * Computes the taxes of an order's lines (domain.md 10a). The sum of each tax code is rounded once, half up to the rupiah, and spread
 * over the lines so that they sum to it. Withholding is computed on the base, which is without VAT. Answers in the order of
 * the lines.
 */
export function taxLines(lines: readonly TaxableLine[]): LineTaxes[] {
  const vat = roundByCode(lines.flatMap((line) => exactTaxes(line, 'VAT', line.amount)));
  const includedTax = (line: TaxableLine) => sumOf(vat, line, ({ tax }) => tax.included);
  const withheld = roundByCode(
    lines.flatMap((line) => exactTaxes(line, 'WITHHOLDING', line.amount - includedTax(line))),
  );
  return lines.map((line) => ({
    taxes: [...vat, ...withheld]
      .filter((rounded) => rounded.line === line)
      .map(({ tax, amount }) => ({ ...tax, amount: amount.toString() })),
    includedTax: includedTax(line),
    addedTax: sumOf(vat, line, ({ tax }) => !tax.included),
    withheld: sumOf(withheld, line, () => true),
  }));
}

interface RoundedTax extends ExactTax {
  amount: Rupiah;
}

const sumOf = (taxes: readonly RoundedTax[], line: TaxableLine, isWanted: (tax: RoundedTax) => boolean): Rupiah =>
  sum(taxes.filter((tax) => tax.line === line && isWanted(tax)).map(({ amount }) => amount));

function exactTaxes(line: TaxableLine, kind: Tax['kind'], base: Rupiah): ExactTax[] {
  return line.taxes
    .filter((tax) => tax.kind === kind)
    .map((tax) => {
      const decimals = tax.rate.slice('0.'.length);
      const [rate, one] = [BigInt(decimals), 10n ** BigInt(decimals.length)];
      // An included tax is the part rate / (1 + rate) of the amount.
      return { line, tax, numerator: base * rate, denominator: tax.included ? one + rate : one };
    });
}

const roundByCode = (exact: readonly ExactTax[]): RoundedTax[] =>
  [...Map.groupBy(exact, ({ tax }) => tax.code).values()].flatMap(roundTogether);

/** Rounds each part down, and gives the rupiah that are left to the parts with the largest fractions, one each. */
function roundTogether(parts: readonly ExactTax[]): RoundedTax[] {
  const common = [...new Set(parts.map(({ denominator }) => denominator))].reduce((a, b) => a * b, 1n);
  const scaled = (numerator: bigint, denominator: bigint) => numerator * (common / denominator);
  const exactSum = sum(parts.map(({ numerator, denominator }) => scaled(numerator, denominator)));
  const rounded = (2n * exactSum + common) / (2n * common);
  const left = rounded - sum(parts.map(({ numerator, denominator }) => numerator / denominator));
  const fraction = ({ numerator, denominator }: ExactTax) => scaled(numerator % denominator, denominator);
  const raised = new Set(
    parts
      .toSorted((a, b) => compare(fraction(b), fraction(a)) || compare(a.line.key, b.line.key))
      .slice(0, Number(left)),
  );
  return parts.map((part) => ({
    ...part,
    amount: part.numerator / part.denominator + (raised.has(part) ? 1n : 0n),
  }));
}

const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** The tax of one code and rate over a whole order. */
export interface OrderTax extends Tax {
  amount: Rupiah;
}

/** Sums the frozen taxes of lines by code and rate, VAT first. */
export function orderTaxes(lines: readonly Pick<LineTaxes, 'taxes'>[]): OrderTax[] {
  const taxes = lines.flatMap((line) => line.taxes);
  const groups = Map.groupBy(taxes, ({ kind, code, rate, included }) => [kind, code, rate, included].join(' '));
  return [...groups.values()]
    .flatMap((group) =>
      group.slice(0, 1).map((tax) => ({ ...tax, amount: sum(group.map(({ amount }) => BigInt(amount))) })),
    )
    .sort((a, b) => compare(a.kind, b.kind));
}

/** Writes "PPN 11%" for a code and a rate. */
export function taxName({ code, rate }: Pick<Tax, 'code' | 'rate'>): string {
  const digits = rate.slice('0.'.length).padEnd(2, '0');
  const fraction = digits.slice(2);
  return `${code} ${BigInt(digits.slice(0, 2))}${fraction === '' ? '' : `,${fraction}`}%`;
}
