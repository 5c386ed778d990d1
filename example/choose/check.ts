import { quantityFaultOf, type UserError } from '../api/documents.ts';
import type { TopupOption } from '../api/types.ts';
import { type Decimal, grouped, rupiah } from '../format/money.ts';
import type { RefusalFigures } from '../text/id/refusals.ts';
import type { Text } from '../text/language.tsx';

/**
 * Checks a quantity by the client package's copy of the service's rule, so that the page never accepts or suggests something else. An
 * option in the graph has its organization's minimum already.
 */
export function faultOf(option: TopupOption, quantity: Decimal): UserError | undefined {
  if (quantity === '') return undefined;
  const fault = quantityFaultOf(option, quantity);
  return fault && { ...fault, message: '', field: null, retryable: false, order: null };
}

/** Formats a quantity of the option: rupiah for an amount, else units. */
export const quantityIn = ({ input }: TopupOption) => (input === 'AMOUNT' ? rupiah : grouped);

/** Says a refusal in the page's language. `option` is the one at fault, if one is. */
export function refusalIn(text: Text, error: UserError, option?: TopupOption): string {
  const words = text.refusals[error.code];
  if (words === undefined) return error.message;
  return typeof words === 'string' ? words : words(figuresOf(error, option));
}

/** The suggestion of the service is the bound itself, and may be newer than the page's. */
function figuresOf({ suggestedQuantity }: UserError, option: TopupOption | undefined): RefusalFigures {
  const shown = (quantity: Decimal | null | undefined) => (quantity && option ? quantityIn(option)(quantity) : '');
  return {
    minimum: shown(suggestedQuantity ?? option?.minimum),
    maximum: shown(suggestedQuantity ?? option?.maximum),
    step: shown(option?.step),
    suggested: shown(suggestedQuantity),
  };
}
