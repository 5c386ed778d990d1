import type { UpstreamError } from '../../clients/upstream-error.ts';
import type { QuantityFault, QuantityFaultCode } from '../../topup-options/index.ts';

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
  'EXCESS_PENDING',
  'TOO_MANY_OPEN_ORDERS',
  'CONTRACT_END_MISSING',
  'IDEMPOTENCY_CONFLICT',
  'PAYMENT_PROVIDER_UNAVAILABLE',
  'PAYMENT_REFUSED',
  'PAYMENT_RECEIVED',
  'WITHHOLDING_NOT_APPLICABLE',
  'APPROVAL_REQUIRED',
  'OWN_ORDER',
] as const;
export type TopupErrorCode = (typeof TOPUP_ERROR_CODES)[number];

/** A refusal by a business rule: the fault, its place in the input, and the correction. */
export interface UserError {
  code: TopupErrorCode;
  message: string;
  field: string[] | null;
  suggestedQuantity: bigint | null;
  /** The other order that the refusal is about. */
  orderId: string | null;
  /** True if the same call may succeed later, or at once with a new total. */
  retryable: boolean;
}

export function userError(
  code: TopupErrorCode,
  message: string,
  details: Partial<Omit<UserError, 'code' | 'message'>> = {},
): UserError {
  return { code, message, field: null, suggestedQuantity: null, orderId: null, retryable: false, ...details };
}

export const orderNotFound = () =>
  userError('ORDER_NOT_FOUND', 'Your organization has no order with this id.', { field: ['input', 'orderId'] });

export const idempotencyConflict = () =>
  userError(
    'IDEMPOTENCY_CONFLICT',
    'This idempotency key was used with other content: send the same content again, or use a new key.',
    { field: ['input', 'idempotencyKey'] },
  );

export const quoteExpired = (field: string[]) =>
  userError('QUOTE_EXPIRED', 'The quote has expired: create the order again at current prices, with a new key.', {
    field,
  });

/** Without `retryable`, hub-core does not know the organization, and a retry does not help. */
export const organizationUnavailable = ({ retryable }: { retryable: boolean }) =>
  retryable
    ? userError(
        'ORGANIZATION_UNAVAILABLE',
        "Your organization's data is not available at the moment: try again later.",
        {
          retryable,
        },
      )
    : userError('ORGANIZATION_UNAVAILABLE', 'hub-core does not know your organization: contact support.');

/** A retry helps unless Mekari Pay rejected the call. */
export const paymentProviderUnavailable = (error: UpstreamError) =>
  userError('PAYMENT_PROVIDER_UNAVAILABLE', 'Mekari Pay is not available at the moment: try again later.', {
    retryable: error.kind !== 'rejected',
  });

export const paymentRefused = () =>
  userError('PAYMENT_REFUSED', 'Mekari Pay does not accept this payment. The order is cancelled: contact support.');

export const paymentReceived = () =>
  userError(
    'PAYMENT_RECEIVED',
    'A payment has come in for the order, so it cannot be cancelled: pay the rest, or contact support.',
    { field: ['input', 'orderId'] },
  );

const QUANTITY_MESSAGES: Record<QuantityFaultCode, (near: string) => string> = {
  BELOW_MINIMUM: (near) => `is below the minimum of ${near}`,
  ABOVE_MAXIMUM: (near) => `is above the maximum of ${near}`,
  NOT_A_MULTIPLE: (near) => `is not a multiple of the step; the nearest valid quantity is ${near}`,
  NOT_A_CHOICE: (near) => `is not one of the choices; the nearest is ${near}`,
};

interface RefusedQuantity {
  quantity: bigint;
  field: string[] | null;
  /** Writes a quantity as the buyer reads it. */
  write: (quantity: bigint) => string;
}

/** Names the nearest quantity that is valid (domain.md 4). */
export const quantityRefused = ({ code, suggested }: QuantityFault, { quantity, field, write }: RefusedQuantity) =>
  userError(code, `${write(quantity)} ${QUANTITY_MESSAGES[code](write(suggested))}.`, {
    field,
    suggestedQuantity: suggested,
  });

export const priceUnavailable = (field: string[] | null, retryable: boolean) =>
  userError(
    'PRICE_UNAVAILABLE',
    retryable
      ? 'Mekari Billing cannot give the price at the moment: try again later.'
      : 'Mekari Billing has no price for this option: order without it, and tell your account manager.',
    { field, retryable },
  );

export const excessUnavailable = (field: string[] | null) =>
  userError(
    'EXCESS_UNAVAILABLE',
    'The outstanding excess of this quota cannot be priced at the moment: try again later.',
    {
      field,
      retryable: true,
    },
  );

/** The line by which an order claims excess. */
interface Claim {
  orderId: string;
  orderNumber: string;
  label: string;
}

/** One error for each order that claims excess of the same quotas: a debt cannot be put off in an order that is never paid. */
export function excessPending(claims: readonly Claim[]): UserError[] {
  return [...Map.groupBy(claims, ({ orderId }) => orderId)].map(([orderId, lines]) => {
    const labels = [...new Set(lines.map(({ label }) => label))].join('", "');
    const message = `Order ${lines[0]?.orderNumber} carries the outstanding excess of "${labels}" and awaits its payment: pay it or cancel it first.`;
    return userError('EXCESS_PENDING', message, { field: ['input', 'orderId'], orderId, retryable: true });
  });
}

/** Both limits leave room again by themselves: quotes and times to pay run out. */
export const tooManyLiveDrafts = (limit: number) =>
  userError(
    'TOO_MANY_OPEN_ORDERS',
    `Your organization has ${limit} drafts whose quote is alive, and more are not allowed: confirm or cancel one of them, or wait until one expires.`,
    { retryable: true },
  );

export const tooManyOrdersAwaitingPayment = (limit: number) =>
  userError(
    'TOO_MANY_OPEN_ORDERS',
    `Your organization has ${limit} orders that await their payment, and more are not allowed: pay or cancel one of them first.`,
    { retryable: true },
  );

/** Other requests changed the order during every attempt. */
export const changedByOthers = () =>
  userError('INVALID_TRANSITION', 'Other requests are changing the order at the moment: try again.', {
    retryable: true,
  });

export const withholdingNotApplicable = () =>
  userError(
    'WITHHOLDING_NOT_APPLICABLE',
    'No tax is withheld on anything in this order: create it without `withholding`, with a new key.',
    { field: ['input', 'withholding'] },
  );
