import { z } from 'zod';
import { endOfJakartaDay, endOfMonth, jakartaDate } from '../../../../src/kernel/jakarta.ts';
import type { FlagSnapshot } from './flags.ts';
import type { OrganizationSnapshot } from './neighbours.ts';

/** A row of the catalogue, as the peers read it. */
export interface Configuration {
  code: string;
  label: string;
  description: string | null;
  packageId: string | null;
  optionValue: unknown;
  quotaType: 'lifetime' | 'monthly' | 'contract';
  basePrice: string | null;
  isFixedCost: boolean;
  showByComponent: string[];
  hideByComponent: string[];
  featureFlag: string | null;
  active: boolean;
}

export interface QuantityRule {
  input: 'AMOUNT' | 'CHOICE' | 'QUANTITY';
  minimum: bigint;
  maximum: bigint | undefined;
  step: bigint;
  multiplier: bigint;
  choices: readonly bigint[];
}

export const ELIGIBILITY_FLAGS = ['billing_new_topup_page', 'billing_new_topup'] as const;

/** The gates of a whole organization, as at 7376654. */
export function eligibility(organization: OrganizationSnapshot, flags: FlagSnapshot) {
  const reasons: string[] = [];
  if (!flags.isOn(ELIGIBILITY_FLAGS[0])) reasons.push('PAGE_FLAG_OFF');
  if (!flags.isOn(ELIGIBILITY_FLAGS[1])) reasons.push('ORDER_FLAG_OFF');
  if (!organization.enrolled) reasons.push('ORGANIZATION_NOT_ENROLLED');
  if (organization.billingVersion !== 'v3') reasons.push('BILLING_VERSION_UNSUPPORTED');
  return {
    newPageEnabled: reasons.every((reason) => reason === 'ORDER_FLAG_OFF'),
    orderingEnabled: reasons.length === 0,
    reasons,
  };
}

/** True if every gate of one row is open to one organization, as at 7376654. */
export function isOpen(configuration: Configuration, organization: OrganizationSnapshot, flags: FlagSnapshot): boolean {
  const { active, featureFlag, showByComponent, hideByComponent } = configuration;
  if (!active || (featureFlag !== null && !flags.isOn(featureFlag))) return false;
  const components = new Set(organization.components);
  if (hideByComponent.some((component) => components.has(component))) return false;
  return showByComponent.length === 0 || showByComponent.some((component) => components.has(component));
}

const positive = z
  .number()
  .refine((value) => Number.isSafeInteger(value) && value > 0, { error: 'is not a whole number from 1' });
const units = positive.transform(BigInt);
const multiplier = positive.max(2_147_483_647).default(1).transform(BigInt);
const range = z
  .strictObject({
    input: z.enum(['AMOUNT', 'QUANTITY']),
    minimum: units,
    maximum: units.nullish(),
    step: units.default(1n),
    multiplier,
  })
  .transform((value): QuantityRule => ({ ...value, maximum: value.maximum ?? undefined, choices: [] }));
const choice = z
  .strictObject({
    input: z.literal('CHOICE'),
    choices: z.array(units).min(1),
    minimum: units.optional(),
    maximum: units.nullish(),
    step: units.default(1n),
    multiplier,
  })
  .transform((value): QuantityRule => {
    const choices = [...new Set(value.choices)]
      .filter((each) => each >= (value.minimum ?? each) && each <= (value.maximum ?? each))
      .sort((a, b) => (a < b ? -1 : 1));
    return { ...value, minimum: choices[0] ?? 0n, maximum: choices.at(-1), choices };
  });
const optionValue = z
  .discriminatedUnion('input', [range, choice])
  .refine(
    (rule) => rule.choices.length > 0 || leastOf(rule.minimum, rule.step) <= (rule.maximum ?? rule.minimum + rule.step),
  );
const leastOf = (minimum: bigint, step: bigint) => ((minimum + step - 1n) / step) * step;

/** The way in which the buyer chooses a quantity; undefined for a row that cannot be read. Parsed for each request, as at 7376654. */
export function ruleFor({ code, optionValue: given }: Configuration, { mcc }: OrganizationSnapshot) {
  const rule = optionValue.safeParse(given).data;
  if (rule === undefined || rule.input === 'CHOICE') return rule;
  const minimum = code === 'wa_balance' && mcc.enabled && mcc.minimum > 0n ? mcc.minimum : rule.minimum;
  return {
    ...rule,
    minimum: leastOf(minimum, rule.step),
    maximum: rule.maximum === undefined ? undefined : (rule.maximum / rule.step) * rule.step,
  };
}

/** Until when what is bought now stays valid; null for ever. */
export function validUntil({ quotaType }: Configuration, contractEnd: string | undefined, now: Date): Date | null {
  if (quotaType === 'monthly') return endOfJakartaDay(endOfMonth(jakartaDate(now)));
  return quotaType === 'contract' && contractEnd !== undefined ? endOfJakartaDay(contractEnd) : null;
}
