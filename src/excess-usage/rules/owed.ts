import type { OrganizationSnapshot } from '../../clients/hub-core.ts';
import { MAX_AMOUNT, type Rupiah } from '../../kernel/money.ts';
import { excessKey, type SettledExcess } from '../../ledger/index.ts';

/** Excess of one quota in one billing period that is still to be paid. */
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
 * What hub-core reports under the key, less what was settled of that period already: hub-core goes on reporting a period
 * after it was paid (domain.md 6). Zero or less is nothing.
 */
export function owedQuantities(
  configuration: { code: string; excessKey: string | null },
  reported: OrganizationSnapshot['excess'],
  settled: SettledExcess,
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

/** undefined where the amount would be beyond what we can charge exactly: then we do not know what is owed. */
export function priceExcess(code: string, owed: OwedQuantity, unitPrice: Rupiah): OwedExcess | undefined {
  const amount = owed.quantity * unitPrice;
  return amount > MAX_AMOUNT ? undefined : { ...owed, code, unitPrice, amount };
}
