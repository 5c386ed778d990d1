import { ok, type Result, refused } from '../../kernel/result.ts';
import { parseOptionId } from '../../topup-options/index.ts';
import { type UserError, userError } from './user-error.ts';

/** A quantity of one quota that a buyer wants. */
export interface WantedItem {
  code: string;
  quantity: bigint;
  /** The path in the input, for refusals; null if there is no input. */
  field: string[] | null;
}

/** Parses the items. Refuses an empty order, a repeated option, and an option of another organization. */
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
        userError('DUPLICATE_OPTION', 'This option is already in the order: combine both into one quantity.', at),
      );
    } else {
      wanted.set(option.code, { code: option.code, quantity, field });
    }
  }
  return errors.length > 0 ? refused(errors) : ok([...wanted.values()]);
}
