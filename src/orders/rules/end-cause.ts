import { PAYMENT_REFUSED } from './order-state.ts';

/**
 * The causes of the steps that end an order which awaited its payment, as the timeline stores them. Mails and pages explain the end by
 * them, so a cause that is stored is never reworded.
 */
export const END_CAUSES = {
  UNPAID: 'time: unpaid, and the provider says so',
  INVOICE_EXPIRED: 'payment provider: the invoice is expired',
  INVOICE_VOID: 'payment provider: the invoice is void',
  INVOICE_LOST: 'payment provider: the invoice is unknown for good',
  INVOICE_REFUSED: PAYMENT_REFUSED,
  BUYER: 'cancelTopupOrder',
  OPERATOR: 'operator: cancelled',
} as const;
export type EndCause = keyof typeof END_CAUSES;

/** Returns undefined for a cause that ends no such order. */
export function endCauseOf(cause: string | undefined): EndCause | undefined {
  const causes = Object.keys(END_CAUSES) as EndCause[];
  return causes.find((name) => END_CAUSES[name] === cause);
}
