import { eachText } from '../../kernel/translated.ts';
import { money } from '../../platform/graphql/money.type.ts';
import type { HiddenOption, OfferedOption } from '../evaluate-options.ts';
import { optionId } from '../rules/option-id.ts';
import { filledLabel, fillPlaceholders } from '../rules/placeholders.ts';
import { validUntil } from '../rules/validity.ts';
import type { QuotaType, TopupOption, UnavailableTopupOption } from './topup-option.type.ts';

/** `now` decides the end of a monthly top-up. */
export function toTopupOption(option: OfferedOption, now: Date): TopupOption {
  const { configuration, organization, rule, taxes, unitPrice } = option;
  const { code, description, descriptionTranslations, quotaType } = configuration;
  const fill = (text: string) => fillPlaceholders(text, unitPrice);
  const label = filledLabel(configuration, unitPrice);
  const filled =
    description === null ? null : eachText({ text: description, translations: descriptionTranslations }, fill);
  return {
    organizationId: organization.id,
    id: optionId(organization.id, code),
    code,
    label: label.text,
    labelTranslations: label.translations,
    description: filled?.text ?? null,
    descriptionTranslations: filled?.translations ?? null,
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
    taxes: [...taxes],
    priceSource: configuration.isFixedCost ? 'FIXED' : 'MEKARI_BILLING',
    quotaType: quotaType.toUpperCase() as keyof typeof QuotaType,
    asOf: organization.asOf,
    validUntil: validUntil(quotaType, organization.contractEnd, now) ?? null,
  };
}

/** A placeholder in its label has no price to stand for. */
export function toUnavailableOption({ configuration, isRetryable }: HiddenOption): UnavailableTopupOption {
  const { text, translations } = filledLabel(configuration, undefined);
  return {
    code: configuration.code,
    label: text,
    labelTranslations: translations,
    reason: 'PRICE_UNAVAILABLE',
    retryable: isRetryable === true,
  };
}
