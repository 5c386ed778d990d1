import { money } from '../../platform/graphql/money.type.ts';
import type { OfferedOption } from '../evaluate-options.ts';
import { optionId } from '../rules/option-id.ts';
import { fillPlaceholders } from '../rules/placeholders.ts';
import { validUntil } from '../rules/validity.ts';
import type { QuotaType, TopupOption } from './topup-option.type.ts';

/** `now` decides the end of a monthly top-up. */
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
