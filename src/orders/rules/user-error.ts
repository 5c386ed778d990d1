import type { UpstreamError } from '../../clients/upstream-error.ts';
import type { Rupiah } from '../../kernel/money.ts';
import type { QuantityFault, QuantityFaultCode } from '../../topup-options/index.ts';
import type { OrderStatus } from './order-state.ts';

export const TOPUP_ERROR_CODES = [
  'FEATURE_DISABLED',
  'OPTION_UNAVAILABLE',
  'PRICE_UNAVAILABLE',
  'EXCESS_UNAVAILABLE',
  'ORGANIZATION_UNAVAILABLE',
  'EMPTY_ORDER',
  'DUPLICATE_OPTION',
  'INVALID_QUANTITY',
  'BELOW_MINIMUM',
  'ABOVE_MAXIMUM',
  'NOT_A_CHOICE',
  'NOT_A_MULTIPLE',
  'ORDER_NOT_FOUND',
  'INVALID_TRANSITION',
  'QUOTE_EXPIRED',
  'TOTAL_MISMATCH',
  'PRICE_CHANGED',
  'CONTRACT_END_MISSING',
  'IDEMPOTENCY_CONFLICT',
  'PAYMENT_PROVIDER_UNAVAILABLE',
] as const;
export type TopupErrorCode = (typeof TOPUP_ERROR_CODES)[number];

/** A refusal that is part of the business: what is wrong, where in the input, and what would be right. */
export interface UserError {
  code: TopupErrorCode;
  message: string;
  field: string[] | null;
  suggestedQuantity: bigint | null;
  /** Whether the same call may succeed later, or at once with a new total. */
  retryable: boolean;
}

export function userError(
  code: TopupErrorCode,
  message: string,
  details: Partial<Pick<UserError, 'field' | 'suggestedQuantity' | 'retryable'>> = {},
): UserError {
  return { code, message, field: null, suggestedQuantity: null, retryable: false, ...details };
}

export const orderNotFound = () =>
  userError('ORDER_NOT_FOUND', 'There is no such order in your organization.', { field: ['input', 'orderId'] });

export const idempotencyConflict = () =>
  userError(
    'IDEMPOTENCY_CONFLICT',
    'This idempotency key was used with other content: send the same content again, or a new key.',
    { field: ['input', 'idempotencyKey'] },
  );

/** Not to be had now, or not known to hub-core at all: then trying again is of no use. */
export const organizationUnavailable = ({ retryable }: { retryable: boolean }) =>
  retryable
    ? userError(
        'ORGANIZATION_UNAVAILABLE',
        "The organization's data cannot be had at the moment: try again in a while.",
        {
          retryable,
        },
      )
    : userError('ORGANIZATION_UNAVAILABLE', 'hub-core knows no such organization.');

/** Only what Mekari Pay did not answer is worth trying again at once. */
export const paymentProviderUnavailable = (error: UpstreamError) =>
  userError('PAYMENT_PROVIDER_UNAVAILABLE', 'Mekari Pay cannot be reached at the moment: try again in a while.', {
    retryable: error.kind !== 'rejected',
  });

const QUANTITY_MESSAGES: Record<QuantityFaultCode, (near: bigint) => string> = {
  BELOW_MINIMUM: (near) => `is below the minimum of ${near}`,
  ABOVE_MAXIMUM: (near) => `is above the maximum of ${near}`,
  NOT_A_MULTIPLE: (near) => `is off the step; the nearest valid quantity is ${near}`,
  NOT_A_CHOICE: (near) => `is not among the choices; the nearest is ${near}`,
};

/** Names the nearest quantity that is valid (domain.md 4). */
export const quantityRefused = (quantity: bigint, { code, suggested }: QuantityFault, field: string[] | null) =>
  userError(code, `${quantity} ${QUANTITY_MESSAGES[code](suggested)}.`, { field, suggestedQuantity: suggested });

export const priceUnavailable = (field: string[] | null) =>
  userError('PRICE_UNAVAILABLE', 'Its price cannot be had from Mekari Billing at the moment: try again in a while.', {
    field,
    retryable: true,
  });

export const excessUnavailable = (field: string[] | null) =>
  userError('EXCESS_UNAVAILABLE', 'What is owed for this quota cannot be priced at the moment: try again in a while.', {
    field,
    retryable: true,
  });

/** Another request moved the order, again and again. */
export const changedByOthers = () =>
  userError('INVALID_TRANSITION', 'The order is being changed by others at this moment: try again.', {
    retryable: true,
  });

/** Why an order cannot be confirmed at this total; undefined where it can. */
export function refusedToConfirm(order: ConfirmableOrder, expectedTotal: Rupiah, now: Date): UserError | undefined {
  const field = ['input', 'orderId'];
  const ranOut = order.status === 'DRAFT' && order.quoteExpiresAt <= now;
  if (ranOut || (order.status === 'EXPIRED' && order.confirmedAt === null)) {
    return userError('QUOTE_EXPIRED', 'The quote has run out: create the order again at current prices.', { field });
  }
  if (order.status !== 'DRAFT') {
    return userError('INVALID_TRANSITION', `The order is ${order.status}: only a DRAFT can be confirmed.`, { field });
  }
  if (order.total !== expectedTotal) {
    const message = `The order's total is ${order.total}, not ${expectedTotal}: show it to the buyer and confirm that.`;
    return userError('TOTAL_MISMATCH', message, { field: ['input', 'expectedTotal'] });
  }
  return undefined;
}

interface ConfirmableOrder {
  status: OrderStatus;
  quoteExpiresAt: Date;
  confirmedAt: Date | null;
  total: Rupiah;
}
