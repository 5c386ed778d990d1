import { money } from '../../platform/graphql/money.type.ts';
import type { OfferedOption } from '../rules/offered-option.ts';
import { optionId } from '../rules/option-id.ts';
import { fillPlaceholders, validUntil } from '../rules/pricing.ts';
import type { QuotaType, TopupOption } from './topup-option.type.ts';

const JAKARTA_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;
const shown = new WeakMap<readonly OfferedOption[], { day: number; options: readonly TopupOption[] }>();

/** What an organization is offered as the graph shows it; made once for as long as it is the same, and the same day in Jakarta. */
export function toTopupOptions(offered: readonly OfferedOption[], now: Date): readonly TopupOption[] {
  const day = Math.floor((now.getTime() + JAKARTA_MS) / DAY_MS);
  const known = shown.get(offered);
  if (known?.day === day) return known.options;
  // Frozen: who has answered with it once may do so again (platform/graphql/compiled).
  const options = Object.freeze(offered.map((option) => toTopupOption(option, now)));
  shown.set(offered, { day, options });
  return options;
}

/** One offered option as the graph shows it. `now` decides when a monthly one would end. */
export function toTopupOption({ configuration, organization, rule, unitPrice }: OfferedOption, now: Date): TopupOption {
  const { code, label, description, quotaType } = configuration;
  return {
    organizationId: organization.id,
    id: optionId(organization.id, code),
    code,
    label: fillPlaceholders(label, unitPrice),
    description: description === null ? null : fillPlaceholders(description, unitPrice),
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
    quotaType: quotaType.toUpperCase() as keyof typeof QuotaType,
    asOf: organization.asOf,
    validUntil: validUntil(quotaType, organization.contractEnd, now) ?? null,
  };
}
