import { sum } from '../../kernel/money.ts';
import { money } from '../../platform/graphql/money.type.ts';
import { fillPlaceholders } from '../../topup-options/index.ts';
import type { ConfigurationExcess } from '../list-excess.ts';
import type { ExcessUsage } from './excess-usage.type.ts';

/** One row per quota and period. */
export function toExcessUsages({ configuration, owed, asOf }: ConfigurationExcess): ExcessUsage[] {
  return owed.map(({ code, period, quantity, unitPrice, amount }) => ({
    code,
    label: fillPlaceholders(configuration.label, unitPrice),
    period,
    quantity,
    unitPrice: money(unitPrice),
    amount: money(amount),
    asOf,
  }));
}

/** Sums up all periods of one quota, which an order for it settles first. */
export function toTotalExcess(excess: ConfigurationExcess): ExcessUsage | undefined {
  const rows = toExcessUsages(excess);
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    ...first,
    period: first === last ? first.period : `${first.period}/${last.period}`,
    quantity: sum(rows.map((row) => row.quantity)),
    amount: money(sum(rows.map((row) => row.amount.amount))),
  };
}
