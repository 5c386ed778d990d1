import type { OrganizationSnapshot } from '../../clients/hub-core.ts';
import { ok, type Result, refused } from '../../kernel/result.ts';
import type { QuantityRule } from './option-value.ts';

/** The only quota to which an organization's MCC minimum applies (domain.md 2 and 4). */
const MCC_QUOTA_CODE = 'wa_balance';

export type QuantityFaultCode = 'BELOW_MINIMUM' | 'ABOVE_MAXIMUM' | 'NOT_A_MULTIPLE' | 'NOT_A_CHOICE';

/** The fault of a quantity, and the nearest valid one. */
export interface QuantityFault {
  code: QuantityFaultCode;
  suggested: bigint;
}

/** The rule for one organization: with MCC enabled, its minimum replaces the one of WhatsApp's balance. */
export function ruleFor(code: string, rule: QuantityRule, mcc: OrganizationSnapshot['mcc']): QuantityRule {
  if (code !== MCC_QUOTA_CODE || !mcc.enabled || rule.input === 'CHOICE') return onStep(rule);
  return onStep(mcc.minimum > 0n ? { ...rule, minimum: mcc.minimum } : rule);
}

/** Moves the bounds inwards to the step, so that the minimum and the maximum themselves can be bought. */
function onStep(rule: QuantityRule): QuantityRule {
  if (rule.input === 'CHOICE') return rule;
  return {
    ...rule,
    minimum: ((rule.minimum + rule.step - 1n) / rule.step) * rule.step,
    maximum: rule.maximum === undefined ? undefined : (rule.maximum / rule.step) * rule.step,
  };
}

/** A reason if the rule allows no quantity at all, else undefined. */
export function noQuantity({ minimum, maximum }: QuantityRule): string | undefined {
  if (maximum === undefined || minimum <= maximum) return undefined;
  return `The organization's minimum of ${minimum} is above the maximum of ${maximum}.`;
}

/** Never raises or rounds: refuses an invalid quantity, with the nearest valid one (the lower of two). */
export function checkQuantity(rule: QuantityRule, quantity: bigint): Result<bigint, QuantityFault> {
  if (rule.choices.length > 0) {
    if (rule.choices.includes(quantity)) return ok(quantity);
    return refused({ code: 'NOT_A_CHOICE', suggested: nearest(rule.choices, quantity) });
  }
  if (quantity < rule.minimum) return refused({ code: 'BELOW_MINIMUM', suggested: rule.minimum });
  if (rule.maximum !== undefined && quantity > rule.maximum) {
    return refused({ code: 'ABOVE_MAXIMUM', suggested: rule.maximum });
  }
  if (quantity % rule.step !== 0n) {
    const lower = (quantity / rule.step) * rule.step;
    const upper = lower + rule.step;
    const valid = [lower, upper].filter((near) => near >= rule.minimum && near <= (rule.maximum ?? near));
    return refused({ code: 'NOT_A_MULTIPLE', suggested: nearest(valid, quantity) });
  }
  return ok(quantity);
}

/** `candidates` is not empty, and ascending. */
function nearest(candidates: readonly bigint[], quantity: bigint): bigint {
  const distance = (value: bigint) => (value > quantity ? value - quantity : quantity - value);
  return candidates.reduce((best, value) => (distance(value) < distance(best) ? value : best));
}
