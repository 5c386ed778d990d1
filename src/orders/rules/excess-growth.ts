import type { ExcessQuantity } from '../../excess-usage/index.ts';

/** The excess of an order's quotas, one row per quota and period; a missing row is zero. */
export interface ExcessFacts {
  /** Carried by the order's own EXCESS lines. */
  frozen: readonly ExcessQuantity[];
  /** Reported by hub-core when the order was quoted, and now. */
  atQuote: readonly ExcessQuantity[];
  atConfirm: readonly ExcessQuantity[];
  /** Settled, or carried by another order, now. */
  taken: readonly ExcessQuantity[];
}

/**
 * Returns true if the order still settles exactly what its buyer saw, and the rest of what is owed is growth since the
 * quote (domain.md 5). An organization over its quota goes on using it: each new unit must not stop its confirm. Growth is
 * measured on hub-core's report, so that excess that another order released does not pass for it.
 */
export function onlyGrew({ frozen, atQuote, atConfirm, taken }: ExcessFacts): boolean {
  return [...frozen, ...atQuote, ...atConfirm].every(({ code, period }) => {
    const quantityIn = (rows: readonly ExcessQuantity[]) =>
      rows.find((row) => row.code === code && row.period === period)?.quantity ?? 0n;
    return periodOnlyGrew({
      frozen: quantityIn(frozen),
      atQuote: quantityIn(atQuote),
      atConfirm: quantityIn(atConfirm),
      taken: quantityIn(taken),
    });
  });
}

/** The excess that came between the two reports, by quota; none while there is no confirm. */
export function grownExcess({ atQuote, atConfirm }: Reports): ReadonlyMap<string, bigint> {
  const grown = new Map<string, bigint>();
  for (const { code, period, quantity } of atConfirm ?? []) {
    const before = atQuote?.find((row) => row.code === code && row.period === period)?.quantity ?? 0n;
    if (atQuote !== null && quantity > before) grown.set(code, (grown.get(code) ?? 0n) + quantity - before);
  }
  return grown;
}

/** hub-core's reports at the quote and at the confirm; null where there is none. */
type Reports = Record<'atQuote' | 'atConfirm', readonly ExcessQuantity[] | null>;

type PeriodFacts = Record<keyof ExcessFacts, bigint>;

function periodOnlyGrew({ frozen, atQuote, atConfirm, taken }: PeriodFacts): boolean {
  const owedOf = (reported: bigint) => (reported > taken ? reported - taken : 0n);
  // The order charges nothing for the period, and nothing is owed: hub-core may correct its figure.
  if (frozen === 0n && owedOf(atConfirm) === 0n) return true;
  return atConfirm >= atQuote && owedOf(atQuote) === frozen;
}
