import type { OrganizationSnapshot } from '../../clients/hub-core.ts';
import { MAX_AMOUNT, type Rupiah, sum } from '../../kernel/money.ts';
import { type ExcessQuantities, excessKey } from '../../ledger/index.ts';

/** Unpaid excess of one quota in one billing period. */
export interface OwedQuantity {
  period: string;
  quantity: bigint;
}

export interface OwedExcess extends OwedQuantity {
  code: string;
  unitPrice: Rupiah;
  amount: Rupiah;
}

/** The excess of one quota, as hub-core reports it or as lines carry it: one row per billing period. */
export interface ExcessQuantity extends OwedQuantity {
  code: string;
}

type ExcessSource = { code: string; excessKey: string | null };

/** The quantities that hub-core reports under the key. Omits periods without excess; ascending by period. */
export function reportedQuantities(
  { code, excessKey: key }: ExcessSource,
  reported: OrganizationSnapshot['excess'],
): ExcessQuantity[] {
  const rows = reported.filter((row) => row.key === key);
  return [...Map.groupBy(rows, ({ period }) => period)]
    .map(([period, ofPeriod]) => ({ code, period, quantity: sum(ofPeriod.map(({ quantity }) => quantity)) }))
    .filter(({ quantity }) => quantity > 0n)
    .sort((a, b) => (a.period < b.period ? -1 : 1));
}

/**
 * The reported quantities, minus the settled ones, because hub-core still reports a period after its payment (domain.md 6). Omits
 * periods with nothing left.
 */
export function owedQuantities(
  configuration: ExcessSource,
  reported: OrganizationSnapshot['excess'],
  settled: ExcessQuantities,
): OwedQuantity[] {
  return reportedQuantities(configuration, reported)
    .map(({ code, period, quantity }) => ({
      period,
      quantity: quantity - (settled.get(excessKey(code, period)) ?? 0n),
    }))
    .filter(({ quantity }) => quantity > 0n);
}

/** undefined if the amount exceeds MAX_AMOUNT: the debt then counts as unknown. */
export function priceExcess(code: string, owed: OwedQuantity, unitPrice: Rupiah): OwedExcess | undefined {
  const amount = owed.quantity * unitPrice;
  return amount > MAX_AMOUNT ? undefined : { ...owed, code, unitPrice, amount };
}

/** The part of the owed excess that no order claims. Omits periods with nothing left. */
export function unclaimed(owed: readonly OwedExcess[], claims: readonly ExcessQuantity[]): OwedExcess[] {
  return owed.flatMap((row) => {
    const claimed = sum(claims.flatMap(({ period, quantity }) => (period === row.period ? [quantity] : [])));
    const quantity = row.quantity - claimed;
    return quantity > 0n ? [{ ...row, quantity, amount: quantity * row.unitPrice }] : [];
  });
}
