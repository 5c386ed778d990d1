import type { PaymentOutcome } from './payment-outcomes.ts';

/**
 * Exceptions of a payment that could not be credited when it was reported. They are overtaken once the same payment has credited
 * its order: the order came back after a restore, or was confirmed again.
 */
export const CAN_BE_OVERTAKEN: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>([
  'unknown_order',
  'not_payable',
  'other_invoice',
]);
