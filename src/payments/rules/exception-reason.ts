import type { PAYMENT_OUTCOMES, PaymentOutcome } from './payment-outcomes.ts';

type Routine = 'settled' | 'repeated' | 'noted' | 'returned' | 'received' | 'hint';
/** The outcomes of payments that await an operator. */
type OpenOutcome = Exclude<(typeof PAYMENT_OUTCOMES)[number], Routine>;
/** Their names in the graph. */
export type ExceptionReason = Uppercase<Exclude<OpenOutcome, 'review'>> | 'UNDER_REVIEW';

/** `outcome` is that of a payment that awaits an operator. */
export function exceptionReason(outcome: PaymentOutcome): ExceptionReason {
  return outcome === 'review' ? 'UNDER_REVIEW' : (outcome.toUpperCase() as ExceptionReason);
}
