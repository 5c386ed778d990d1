import { isLabel } from '../../kernel/label.ts';
import { badUserInput } from '../../platform/graphql/errors.ts';

const MAX_LENGTH = 64;

/** Reads the buyer's own number of a purchase, without blanks around it; a blank text counts as no number. Throws BAD_USER_INPUT. */
export function readPurchaseOrderNumber(text: string | undefined): string | undefined {
  const number = text?.trim() || undefined;
  if (number === undefined || isLabel(number, MAX_LENGTH)) return number;
  throw badUserInput(`purchaseOrderNumber must have at most ${MAX_LENGTH} visible characters, without a line break.`);
}
