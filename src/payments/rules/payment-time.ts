import { addSeconds } from '../../kernel/clock.ts';

const TOLERANCE_SECONDS = 600;

export interface PaymentTime {
  at: Date;
  /** True if the provider's time lies outside of the order's life, and the moment of receipt stands for it. */
  isReplaced: boolean;
}

/** Checks the provider's time of a payment against the order's life (domain.md 8.1). null means that it gave none. */
export function paymentTime(
  paidAt: Date | 'unreadable' | null,
  confirmedAt: Date | null,
  receivedAt: Date,
): PaymentTime {
  if (paidAt === null) return { at: receivedAt, isReplaced: false };
  if (paidAt === 'unreadable') return { at: receivedAt, isReplaced: true };
  const isTooEarly = confirmedAt !== null && paidAt < addSeconds(confirmedAt, -TOLERANCE_SECONDS);
  const isReplaced = isTooEarly || paidAt > addSeconds(receivedAt, TOLERANCE_SECONDS);
  return { at: isReplaced ? receivedAt : paidAt, isReplaced };
}
