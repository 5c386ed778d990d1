import type { OrganizationSnapshot } from '../../clients/hub-core.ts';
import { MAX_AMOUNT, type Rupiah } from '../../kernel/money.ts';
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

/**
 * The quantities that hub-core reports under the key, minus the settled ones, because hub-core still reports a period after its
 * payment (domain.md 6). Omits periods with nothing left; ascending by period.
 */
export function owedQuantities(
  configuration: { code: string; excessKey: string | null },
  reported: OrganizationSnapshot['excess'],
  settled: ExcessQuantities,
): OwedQuantity[] {
  const byPeriod = new Map<string, bigint>();
  for (const { key, period, quantity } of reported) {
    if (key === configuration.excessKey) byPeriod.set(period, (byPeriod.get(period) ?? 0n) + quantity);
  }
  return [...byPeriod]
    .map(([period, quantity]) => ({
      period,
      quantity: quantity - (settled.get(excessKey(configuration.code, period)) ?? 0n),
    }))
    .filter(({ quantity }) => quantity > 0n)
    .sort((a, b) => (a.period < b.period ? -1 : 1));
}

/** undefined if the amount exceeds MAX_AMOUNT: the debt then counts as unknown. */
export function priceExcess(code: string, owed: OwedQuantity, unitPrice: Rupiah): OwedExcess | undefined {
  const amount = owed.quantity * unitPrice;
  return amount > MAX_AMOUNT ? undefined : { ...owed, code, unitPrice, amount };
}
