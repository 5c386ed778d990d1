import { sum } from '../../kernel/money.ts';
import { money } from '../../platform/graphql/money.type.ts';
import { filledLabel } from '../../topup-options/index.ts';
import type { ClaimedExcess } from '../claims.ts';
import type { ConfigurationExcess, ExcessReport } from '../list-excess.ts';
import { type OwedExcess, unclaimed } from '../rules/owed.ts';
import type { ExcessSummary, ExcessUsage } from './excess-usage.type.ts';

/** One row per quota and period, and one for each period of each order that claims it. */
export function toExcessUsages(excess: ConfigurationExcess): ExcessUsage[] {
  return [...toUnclaimed(excess), ...excess.claims.map((claim) => toRow(excess, claim, claim))];
}

/** Sums up the rows of toExcessUsages(), of all quotas. */
export function toExcessSummary({ excess, isComplete }: ExcessReport): ExcessSummary {
  const amounts = (rows: readonly ExcessUsage[]) => money(sum(rows.map(({ amount }) => amount.amount)));
  const rows = excess.flatMap(toExcessUsages);
  return { total: amounts(rows), claimed: amounts(rows.filter(({ orderId }) => orderId !== null)), isComplete };
}

/** The part of an organization's excess that an order would settle now. */
function toUnclaimed(excess: ConfigurationExcess): ExcessUsage[] {
  return unclaimed(excess.owed, excess.claims).map((row) => toRow(excess, row));
}

function toRow(
  { organizationId, configuration, asOf }: ConfigurationExcess,
  { code, period, quantity, unitPrice, amount }: OwedExcess,
  claim?: ClaimedExcess,
): ExcessUsage {
  const label = claim
    ? { text: claim.label, translations: claim.labelTranslations }
    : filledLabel(configuration, unitPrice);
  return {
    id: [organizationId, code, period, claim?.orderId].filter((part) => part !== undefined).join(':'),
    code,
    label: label.text,
    labelTranslations: label.translations,
    period,
    quantity,
    unitPrice: money(unitPrice),
    amount: money(amount),
    asOf,
    orderId: claim?.orderId ?? null,
  };
}

/** Sums up all periods of one quota, which an order for it settles first; claimed excess is another order's. */
export function toTotalExcess(excess: ConfigurationExcess): ExcessUsage | undefined {
  const rows = toUnclaimed(excess);
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return {
    ...first,
    id: [excess.organizationId, first.code].join(':'),
    period: first === last ? first.period : `${first.period}/${last.period}`,
    quantity: sum(rows.map((row) => row.quantity)),
    amount: money(sum(rows.map((row) => row.amount.amount))),
  };
}
