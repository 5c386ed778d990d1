import { formatRupiah, sum } from '../../../../src/kernel/money.ts';
import type { OwedExcess } from './excess.ts';
import type { OrganizationSnapshot } from './neighbours.ts';
import { type Configuration, type QuantityRule, validUntil } from './rules.ts';

export interface OfferedOption {
  configuration: Configuration;
  organization: OrganizationSnapshot;
  rule: QuantityRule;
  unitPrice: bigint;
}

export const money = (amount: bigint) => ({ amount, currencyCode: 'IDR' });

const withPrice = (template: string, unitPrice: bigint) =>
  template.replaceAll(/\{\{\s*mekari_billing\s*\}\}/g, formatRupiah(unitPrice));

/** Codes hold no colon, organization ids may. */
export function parseOptionId(id: string): { organizationId: string; code: string } | undefined {
  const at = id.lastIndexOf(':');
  if (at <= 0 || at === id.length - 1) return undefined;
  return { organizationId: id.slice(0, at), code: id.slice(at + 1) };
}

/** One offered option as the graph shows it, as at 7376654. */
export function toTopupOption({ configuration, organization, rule, unitPrice }: OfferedOption, now: Date) {
  const { code, label, description, quotaType } = configuration;
  return {
    organizationId: organization.id,
    id: `${organization.id}:${code}`,
    code,
    label: withPrice(label, unitPrice),
    description: description === null ? null : withPrice(description, unitPrice),
    input: rule.input,
    minimum: rule.minimum,
    maximum: rule.maximum ?? null,
    step: rule.step,
    multiplier: Number(rule.multiplier),
    choices: rule.choices.map((quantity) => ({
      quantity,
      credits: quantity * rule.multiplier,
      price: money(quantity * unitPrice),
    })),
    unitPrice: money(unitPrice),
    priceSource: configuration.isFixedCost ? 'FIXED' : 'MEKARI_BILLING',
    quotaType: quotaType.toUpperCase(),
    asOf: organization.asOf,
    validUntil: validUntil(configuration, organization.contractEnd, now),
  };
}

export interface ConfigurationExcess {
  configuration: Pick<Configuration, 'code' | 'label'>;
  owed: readonly OwedExcess[];
  asOf: Date;
}

/** One row per quota and period. */
export function toExcessUsages({ configuration, owed, asOf }: ConfigurationExcess) {
  return owed.map(({ period, quantity, unitPrice, amount }) => ({
    code: configuration.code,
    label: withPrice(configuration.label, unitPrice),
    period,
    quantity,
    unitPrice: money(unitPrice),
    amount: money(amount),
    asOf,
  }));
}

/** All periods of one quota in one. */
export function toTotalExcess(excess: ConfigurationExcess) {
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
