import type { PaymentOutcome, RoutineOutcome } from './payment-outcomes.ts';

/** The name in the graph of the outcome of a payment that awaits an operator: an exception, or a payment under review. */
export type ExceptionReason = Uppercase<Exclude<PaymentOutcome, RoutineOutcome>> | 'UNDER_REVIEW';

/** `outcome` is that of a payment that awaits an operator. */
export function exceptionReason(outcome: PaymentOutcome): ExceptionReason {
  return outcome === 'review' ? 'UNDER_REVIEW' : (outcome.toUpperCase() as ExceptionReason);
}
