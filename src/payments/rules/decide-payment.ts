import type { Rupiah } from '../../kernel/money.ts';
import { AWAITS_SETTLEMENT, type OrderStatus } from '../../orders/index.ts';
import type { PaymentNotice } from '../provider.ts';

/**
 * The outcomes of a notice. "repeated": the notice repeats the payment that moved the order. "noted": the invoice
 * expired or failed while the order still awaits its payment, so nothing moves.
 */
export const PAYMENT_OUTCOMES = [
  'settled',
  'review',
  'repeated',
  'noted',
  'unknown_order',
  'other_invoice',
  'second_payment',
  'not_payable',
  'contradicts_payment',
] as const;
export type PaymentOutcome = (typeof PAYMENT_OUTCOMES)[number];

/** The payment moves the order. */
export const MOVING_OUTCOMES: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>(['settled', 'review']);
/** The order takes its normal course; there is no payment exception to close. */
export const ROUTINE_OUTCOMES: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>([
  'settled',
  'repeated',
  'noted',
  'review',
]);
/** The payment moves nothing, and an operator must resolve it. */
export const PAYMENT_EXCEPTIONS: ReadonlySet<PaymentOutcome> = new Set(
  PAYMENT_OUTCOMES.filter((outcome) => !ROUTINE_OUTCOMES.has(outcome)),
);

export interface OrderFacts {
  status: OrderStatus;
  total: Rupiah;
  /** The provider that has the invoice. */
  provider: string;
  /** The provider's id; null if the creation of the invoice was never answered: the notice then names the invoice. */
  invoiceId: string | null;
  confirmed: boolean;
  /** True if the notice's invoice belongs to another order. */
  invoiceOfAnother: boolean;
}

/** Two providers may give their invoices the same id. */
export type ProviderNotice = PaymentNotice & { provider: string };

export type PaymentFacts = Pick<ProviderNotice, 'provider' | 'invoiceId' | 'amount' | 'currency' | 'paidAt'>;

/**
 * Decides the outcome of a verified notice (domain.md 8). Pure, and the only place that decides it. `order` is
 * undefined if we have no such order; `settled` are the payments that moved the order before.
 */
export function decidePayment(
  order: OrderFacts | undefined,
  notice: ProviderNotice,
  settled: readonly PaymentFacts[],
): PaymentOutcome {
  if (order === undefined) return 'unknown_order';
  const isOwnInvoice = order.provider === notice.provider && order.invoiceId === notice.invoiceId;
  const ofAnotherInvoice = order.invoiceOfAnother || (order.invoiceId !== null && !isOwnInvoice);
  const waits = order.confirmed && AWAITS_SETTLEMENT.has(order.status);
  if (notice.type !== 'invoice.paid') {
    if (ofAnotherInvoice) return 'other_invoice';
    return waits || !order.confirmed ? 'noted' : 'contradicts_payment';
  }
  if (settled.some((payment) => samePayment(payment, notice))) return 'repeated';
  if (settled.length > 0) return 'second_payment';
  if (ofAnotherInvoice) return 'other_invoice';
  if (!waits) return 'not_payable';
  return notice.amount === order.total && notice.currency === 'IDR' ? 'settled' : 'review';
}

/** A provider does not number payments: the invoice, amount, currency and second identify one. */
function samePayment(a: PaymentFacts, b: PaymentFacts): boolean {
  const second = (at: Date | null) => (at === null ? null : Math.floor(at.getTime() / 1000));
  const sameTime = a.paidAt === null || b.paidAt === null || second(a.paidAt) === second(b.paidAt);
  const sameInvoice = a.provider === b.provider && a.invoiceId === b.invoiceId;
  return sameInvoice && a.amount === b.amount && a.currency === b.currency && sameTime;
}
