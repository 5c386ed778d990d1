import type { Tax } from '../../topup-options/index.ts';
import type { LinePeriod } from './line-period.ts';
import type { QuoteLine } from './quote.ts';

export type PricedLine = Pick<
  QuoteLine,
  'kind' | 'quotaCode' | 'quotaType' | 'excessPeriod' | 'quantity' | 'unitPrice' | 'amount' | 'credits' | 'taxes'
>;

/**
 * Returns the taxes as a text, to compare them. Leaves their amounts out: these follow from the taxes, and are rounded with those of the
 * other lines.
 */
export const taxesKey = ({ taxes }: Pick<PricedLine, 'taxes'>): string =>
  JSON.stringify(taxes.map(({ code, kind, rate, included }: Tax) => [code, kind, rate, included]).sort());

/**
 * Returns true if the buyer of quote `a` has seen every price of quote `b`, and how long each line is valid. Equal totals could hide two
 * prices that moved.
 */
export function sameQuote(a: readonly PricedLine[], b: readonly PricedLine[]): boolean {
  const key = (line: PricedLine) =>
    [
      ...[line.kind, line.quotaCode, line.quotaType, line.excessPeriod],
      ...[line.quantity, line.unitPrice, line.amount, line.credits],
      taxesKey(line),
    ].join(' ');
  const keys = new Set(a.map(key));
  return a.length === b.length && b.every((line) => keys.has(key(line)));
}

/**
 * Returns true if quote `b` has the top-ups of quote `a` at the same prices, and its excess at the same unit prices, with the same taxes. The
 * quantities of excess are not compared (excess-growth.ts).
 */
export function samePrices(a: readonly PricedLine[], b: readonly PricedLine[]): boolean {
  const topups = (lines: readonly PricedLine[]) => lines.filter(({ kind }) => kind === 'TOPUP');
  const excess = a.filter(({ kind }) => kind === 'EXCESS');
  return (
    sameQuote(topups(a), topups(b)) &&
    excess.every((line) => {
      const now = sameLine(b, line);
      return now?.unitPrice === line.unitPrice && taxesKey(now) === taxesKey(line);
    })
  );
}

/** Finds the line for the same purpose, quota and period. */
export const sameLine = <L extends PricedLine>(lines: readonly L[], { kind, quotaCode, excessPeriod }: PricedLine) =>
  lines.find((line) => line.kind === kind && line.quotaCode === quotaCode && line.excessPeriod === excessPeriod);

/**
 * Returns the periods of the stored lines, from a new quote of the same lines: a confirm freezes the contract's end.
 */
export function frozenPeriods<L extends PricedLine & { id: string }>(
  lines: readonly L[],
  quoted: readonly QuoteLine[],
): (LinePeriod & { id: string })[] {
  return lines.map((line) => {
    const same = sameLine(quoted, line);
    if (same === undefined) throw new Error(`line ${line.id} is not in the quote that it was compared with`);
    return { id: line.id, periodStart: same.periodStart, periodEnd: same.periodEnd };
  });
}
