import type { Rupiah } from '../../kernel/money.ts';
import { AWAITS_SETTLEMENT, type OrderStatus } from '../../orders/index.ts';
import type { PaymentNotice } from '../provider.ts';

/**
 * What a notice comes to. "repeated": the payment that moved the order, told once more. "noted": expired or failed while the
 * order still waits, so that time and the buyer decide.
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

/** The order moved. */
export const MOVING_OUTCOMES: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>(['settled', 'review']);
/** Nothing more has to be done than the order's own way asks for. */
export const ROUTINE_OUTCOMES: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>([
  'settled',
  'repeated',
  'noted',
  'review',
]);
/** Nothing moves, and an operator has to see to the payment. */
export const PAYMENT_EXCEPTIONS: ReadonlySet<PaymentOutcome> = new Set(
  PAYMENT_OUTCOMES.filter((outcome) => !ROUTINE_OUTCOMES.has(outcome)),
);

export interface OrderFacts {
  status: OrderStatus;
  total: Rupiah;
  /** null: the invoice's creation was never answered to us, and the notice tells which invoice it is. */
  invoiceId: string | null;
  confirmed: boolean;
  /** Whether the notice's invoice is another order's. */
  invoiceOfAnother: boolean;
}

export type PaymentFacts = Pick<PaymentNotice, 'invoiceId' | 'amount' | 'currency' | 'paidAt'>;

/**
 * Decides what a verified notice means for an order (domain.md 8): pure, and the only place that does. `settled` are the
 * payments that moved the order before. An order of ours that is not there is undefined.
 */
export function decidePayment(
  order: OrderFacts | undefined,
  notice: PaymentNotice,
  settled: readonly PaymentFacts[],
): PaymentOutcome {
  if (order === undefined) return 'unknown_order';
  const ofAnotherInvoice = order.invoiceOfAnother || (order.invoiceId !== null && order.invoiceId !== notice.invoiceId);
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

/** The provider numbers no payments: one is recognized by its invoice, amount, currency and second. */
function samePayment(a: PaymentFacts, b: PaymentFacts): boolean {
  const second = (at: Date | null) => (at === null ? null : Math.floor(at.getTime() / 1000));
  const sameTime = a.paidAt === null || b.paidAt === null || second(a.paidAt) === second(b.paidAt);
  return a.invoiceId === b.invoiceId && a.amount === b.amount && a.currency === b.currency && sameTime;
}
