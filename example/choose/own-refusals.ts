import type { UserError } from '../api/documents.ts';
import type { BasketLine, Refusals } from './basket.ts';
import { faultOf } from './check.ts';

const EMPTY: UserError = {
  code: 'EMPTY_ORDER',
  message: '',
  field: null,
  suggestedQuantity: null,
  retryable: false,
  order: null,
};

/** Returns the refusals that the page finds before it asks the service, or undefined without any. */
export function ownRefusals(lines: readonly BasketLine[]): Omit<Refusals, 'attempt'> | undefined {
  if (lines.length === 0) return { byCode: {}, general: [EMPTY] };
  const faults = lines.flatMap(({ option, quantity }) => {
    const fault = faultOf(option, quantity);
    return fault ? [[option.code, [fault]] as const] : [];
  });
  return faults.length === 0 ? undefined : { byCode: Object.fromEntries(faults), general: [] };
}
