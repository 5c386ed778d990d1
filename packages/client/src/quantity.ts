import type { TopupErrorCode, TopupOptionFieldsFragment } from './generated/documents.ts';

/** The fault of a quantity, as createTopupOrder would name it, with the nearest valid quantity as decimal text. */
export interface QuantityFault {
  code: Extract<TopupErrorCode, 'BELOW_MINIMUM' | 'ABOVE_MAXIMUM' | 'NOT_A_MULTIPLE' | 'NOT_A_CHOICE'>;
  suggestedQuantity: string;
}

type Limits = Pick<TopupOptionFieldsFragment, 'minimum' | 'maximum' | 'step'> & {
  choices: readonly { quantity: string }[];
};

/**
 * Checks a quantity of an option while somebody types it, by the service's rule: the nearest valid quantity is the lower of two. Returns
 * undefined for a valid one. `quantity` is digits; the service has the last word.
 */
export function quantityFaultOf({ choices, ...limits }: Limits, quantity: string): QuantityFault | undefined {
  const wanted = BigInt(quantity);
  const offered = choices.map((choice) => BigInt(choice.quantity));
  if (offered.length > 0) {
    return offered.includes(wanted) ? undefined : fault('NOT_A_CHOICE', nearest(offered, wanted));
  }
  const [minimum, step] = [BigInt(limits.minimum), BigInt(limits.step)];
  const maximum = limits.maximum === null ? undefined : BigInt(limits.maximum);
  if (wanted < minimum) return fault('BELOW_MINIMUM', minimum);
  if (maximum !== undefined && wanted > maximum) return fault('ABOVE_MAXIMUM', maximum);
  if (wanted % step === 0n) return undefined;
  const lower = wanted - (wanted % step);
  const valid = [lower, lower + step].filter((near) => near >= minimum && near <= (maximum ?? near));
  return fault('NOT_A_MULTIPLE', nearest(valid, wanted));
}

const fault = (code: QuantityFault['code'], suggested: bigint): QuantityFault => ({
  code,
  suggestedQuantity: String(suggested),
});

/** `candidates` is not empty, and ascending. */
function nearest(candidates: readonly bigint[], quantity: bigint): bigint {
  const distance = (value: bigint) => (value > quantity ? value - quantity : quantity - value);
  return candidates.reduce((best, value) => (distance(value) < distance(best) ? value : best));
}
