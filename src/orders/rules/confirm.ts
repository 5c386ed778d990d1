import { formatRupiah, type Rupiah } from '../../kernel/money.ts';
import { type KeyUse, keyUse } from './idempotency-key.ts';
import type { OrderStatus } from './order-state.ts';
import { quoteExpired, type UserError, userError } from './user-error.ts';

/** Returns true for an order that was never confirmed and cannot be any more, because its quote ran out. */
export function isQuoteOver({ status, quoteExpiresAt, confirmedAt }: QuotedOrder, now: Date): boolean {
  return status === 'DRAFT' ? quoteExpiresAt <= now : status === 'EXPIRED' && confirmedAt === null;
}

export interface ConfirmOrderInput {
  orderId: string;
  /** The total that the buyer saw. */
  expectedTotal: Rupiah;
  idempotencyKey: string;
}

/** A repeat of a confirm names the same order and the same total. */
export const confirmKeyUse = (
  organizationId: string,
  { orderId, expectedTotal, idempotencyKey }: ConfirmOrderInput,
): KeyUse => keyUse(organizationId, 'confirm', idempotencyKey, [orderId, expectedTotal.toString()]);

/** Returns the reason why the order cannot be confirmed at this total; undefined if it can. */
export function confirmRefusal(order: ConfirmableOrder, expectedTotal: Rupiah, now: Date): UserError | undefined {
  const field = ['input', 'orderId'];
  if (isQuoteOver(order, now)) return quoteExpired(field);
  if (order.status !== 'DRAFT') {
    return userError('INVALID_TRANSITION', `The order is ${order.status}: only a DRAFT can be confirmed.`, { field });
  }
  if (order.total !== expectedTotal) {
    const message = `The order's total is ${formatRupiah(order.total)}, not ${formatRupiah(expectedTotal)}: review the order and confirm its total.`;
    return userError('TOTAL_MISMATCH', message, { field: ['input', 'expectedTotal'] });
  }
  return undefined;
}

/** True if the draft was quoted anew between two reads. A submission gives the same quote more time. */
export const isOtherQuote = (
  before: Pick<QuotedOrder, 'quoteExpiresAt'>,
  now: Pick<QuotedOrder, 'quoteExpiresAt'> & { approvalState: string | null },
): boolean => now.approvalState === null && now.quoteExpiresAt.getTime() !== before.quoteExpiresAt.getTime();

interface QuotedOrder {
  status: OrderStatus;
  quoteExpiresAt: Date;
  confirmedAt: Date | null;
}

interface ConfirmableOrder extends QuotedOrder {
  total: Rupiah;
}
