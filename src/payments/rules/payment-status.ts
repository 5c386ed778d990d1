import { CREDITED, type OrderStatus, REFUNDED } from '../../orders/index.ts';
import type { MoneyStep } from './received-sum.ts';

/** Returns what became of a payment; `steps` are all of its order. */
export function paymentStatus(
  { provider, invoiceId }: MoneyStep,
  steps: readonly MoneyStep[],
  order: OrderStatus,
): 'PENDING_SUM' | 'ACCEPTED' | 'REFUNDED' {
  const ofInvoice = steps.filter((step) => step.provider === provider && step.invoiceId === invoiceId);
  const isGivenBack =
    ofInvoice.some(({ kind }) => kind === 'REFUND') &&
    ofInvoice.reduce((left, { amount }) => left + (amount ?? 0n), 0n) <= 0n;
  if (REFUNDED.has(order) || isGivenBack) return 'REFUNDED';
  return CREDITED.has(order) ? 'ACCEPTED' : 'PENDING_SUM';
}
