import type { Rupiah } from '../../kernel/money.ts';
import { AWAITS_SETTLEMENT, type OrderStatus } from '../../orders/index.ts';

export type PaymentEventType = 'invoice.paid' | 'invoice.expired' | 'invoice.failed';

/** What Mekari Pay says of a payment: by webhook, or when we ask. */
export interface PaymentNotice {
  type: PaymentEventType;
  orderNumber: string;
  invoiceId: string;
  amount: Rupiah;
  currency: string;
  paidAt: Date | null;
  paymentMethod: string | null;
}

/**
 * - settled, review: the order moved;
 * - repeated: the payment that was acted on before, told again;
 * - noted: expired or failed, while the order still waits: time and the buyer decide;
 * - the others are exceptions: nothing moves, and an operator is told.
 */
export type PaymentOutcome =
  | 'settled'
  | 'review'
  | 'repeated'
  | 'noted'
  | 'unknown_order'
  | 'other_invoice'
  | 'second_payment'
  | 'not_payable'
  | 'contradicts_payment';

export const PAYMENT_EXCEPTIONS: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>([
  'unknown_order',
  'other_invoice',
  'second_payment',
  'not_payable',
  'contradicts_payment',
]);

export interface KnownOrder {
  status: OrderStatus;
  total: Rupiah;
  /** null: the invoice's creation was never answered to us; a payment tells which it is. */
  invoiceId: string | null;
  confirmed: boolean;
  /** Whether the notice's invoice is another order's. */
  invoiceOfAnother: boolean;
}

export type KnownPayment = Pick<PaymentNotice, 'invoiceId' | 'amount' | 'currency' | 'paidAt'>;

/**
 * What a verified notice means for an order (domain.md 8): pure, and the only place that decides. `acted` are the payments
 * that moved the order before.
 */
export function decidePayment(
  order: KnownOrder | undefined,
  notice: PaymentNotice,
  acted: readonly KnownPayment[],
): PaymentOutcome {
  if (order === undefined) return 'unknown_order';
  const ofAnotherInvoice = order.invoiceOfAnother || (order.invoiceId !== null && order.invoiceId !== notice.invoiceId);
  const waits = order.confirmed && AWAITS_SETTLEMENT.has(order.status);
  if (notice.type !== 'invoice.paid') {
    if (ofAnotherInvoice) return 'other_invoice';
    return waits || !order.confirmed ? 'noted' : 'contradicts_payment';
  }
  if (acted.some((payment) => samePayment(payment, notice))) return 'repeated';
  if (acted.length > 0) return 'second_payment';
  if (ofAnotherInvoice) return 'other_invoice';
  if (!waits) return 'not_payable';
  return notice.amount === order.total && notice.currency === 'IDR' ? 'settled' : 'review';
}

/** The provider does not number payments: one is told by its invoice, amount, currency and second. */
function samePayment(a: KnownPayment, b: KnownPayment): boolean {
  const second = (at: Date | null) => (at === null ? null : Math.floor(at.getTime() / 1000));
  const sameTime = a.paidAt === null || b.paidAt === null || second(a.paidAt) === second(b.paidAt);
  return a.invoiceId === b.invoiceId && a.amount === b.amount && a.currency === b.currency && sameTime;
}
