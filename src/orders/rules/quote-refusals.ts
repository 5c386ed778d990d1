import { formatRupiah, MAX_AMOUNT, type Rupiah } from '../../kernel/money.ts';
import { checkQuantity, type HiddenOption, type OfferedOption } from '../../topup-options/index.ts';
import { mostOrderable, type Quote } from './quote.ts';
import { priceUnavailable, quantityRefused, type UserError, userError } from './user-error.ts';
import type { WantedItem } from './wanted-items.ts';

/** Refuses a quantity that the option does not allow, or whose amount or credits would not be exact as JSON numbers. */
export function quantityRefusal(option: OfferedOption, { quantity, field }: WantedItem): UserError | undefined {
  const quantityField = field === null ? null : [...field, 'quantity'];
  const checked = checkQuantity(option.rule, quantity);
  const write = option.rule.input === 'AMOUNT' ? formatRupiah : String;
  if (!checked.ok) return quantityRefused(checked.error, { quantity, field: quantityField, write });
  const most = mostOrderable(option);
  if (quantity <= most) return undefined;
  const message = `${write(quantity)} is above the maximum of one order: order at most ${write(most)}.`;
  return userError('INVALID_QUANTITY', message, { field: quantityField });
}

/** Refuses a total that cannot be charged exactly. */
export function chargeRefusal(total: Rupiah, field: string[] | null): UserError | undefined {
  if (total <= MAX_AMOUNT) return undefined;
  const message = `The order's total is ${formatRupiah(total)}, and at most ${formatRupiah(MAX_AMOUNT)} can be charged: order less.`;
  return userError('INVALID_QUANTITY', message, { field });
}

/** Refuses an item whose option is unknown, hidden from the organization, or without a price. */
export function optionRefusal({ field }: WantedItem, hidden: HiddenOption | undefined): UserError {
  const at = field === null ? null : [...field, 'optionId'];
  if (hidden?.reason === 'PRICE_UNAVAILABLE') return priceUnavailable(at, hidden.isRetryable === true);
  return userError('OPTION_UNAVAILABLE', 'This option is not available to your organization.', { field: at });
}

/** Returns the labels of lines that would end with a contract that has no end in the future. */
export function labelsWithoutContractEnd({ lines }: Quote, today: string): string[] {
  return lines
    .filter((line) => line.kind === 'TOPUP' && line.quotaType === 'contract')
    .filter((line) => line.periodEnd === null || line.periodEnd < today)
    .map((line) => line.label);
}
