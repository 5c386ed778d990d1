import type { UpstreamError } from '../../clients/upstream-error.ts';

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
