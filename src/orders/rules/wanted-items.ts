import { ok, type Result, refused } from '../../kernel/result.ts';
import { parseOptionId } from '../../topup-options/index.ts';
import { type UserError, userError } from './user-error.ts';

/** How much a buyer wants of one quota. */
export interface WantedItem {
  code: string;
  quantity: bigint;
  /** The place in the input that a refusal names; null where there was no input. */
  field: string[] | null;
}

/** Reads what is ordered, and refuses an empty order, an option that stands in it twice, and another organization's option. */
export function wantedItems(
  organizationId: string,
  items: readonly { optionId: string; quantity: bigint }[],
): Result<WantedItem[], UserError[]> {
  if (items.length === 0) {
    return refused([userError('EMPTY_ORDER', 'An order needs at least one item.', { field: ['input', 'items'] })]);
  }
  const errors: UserError[] = [];
  const wanted = new Map<string, WantedItem>();
  for (const [index, { optionId, quantity }] of items.entries()) {
    const field = ['input', 'items', String(index)];
    const at = { field: [...field, 'optionId'] };
    const option = parseOptionId(optionId);
    if (option === undefined || option.organizationId !== organizationId) {
      errors.push(userError('OPTION_UNAVAILABLE', 'This option is not available to your organization.', at));
    } else if (wanted.has(option.code)) {
      errors.push(
        userError('DUPLICATE_OPTION', 'This option is in the order already: put both into one quantity.', at),
      );
    } else {
      wanted.set(option.code, { code: option.code, quantity, field });
    }
  }
  return errors.length > 0 ? refused(errors) : ok([...wanted.values()]);
}
