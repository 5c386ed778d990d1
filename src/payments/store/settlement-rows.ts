import type { Amount } from '../../kernel/amount.ts';
import { newId } from '../../kernel/ids.ts';
import type { TopupOrder } from '../../orders/index.ts';
import { type PaymentNotice, REFUND_NOTICES } from '../provider.ts';
import type { PaymentOutcome } from '../rules/payment-outcomes.ts';
import { paymentTime } from '../rules/payment-time.ts';
import type { NewStep } from '../rules/received-sum.ts';
import type { OrderPayment } from './order-payment.entity.ts';
import type { PaymentEvent, PaymentSource } from './payment-event.entity.ts';

interface NoticeDecision {
  orderId: string | null;
  outcome: PaymentOutcome;
  /** The other order to which the notice's invoice belongs. */
  ownerNumber: string | null;
  at: Date;
}

/** Names both orders of one invoice to an operator. */
export const ofAnotherOrder = (orderNumber: string, ownerNumber: string): string =>
  `The invoice belongs to order ${ownerNumber}, and the provider gives it for ${orderNumber} too, for which it does not count.`;

/** A verified notice, as the inbox keeps it. */
export function noticeEvent(
  {
    provider,
    source,
    eventId,
    notice,
  }: { provider: string; source: PaymentSource; eventId: string; notice: PaymentNotice },
  { orderId, outcome, ownerNumber, at }: NoticeDecision,
): PaymentEvent {
  const { type, orderNumber, invoiceId, paid, refunded, currency, paidAt, paymentMethod } = notice;
  const isForeign = paid !== null && paid.rupiah === null;
  const detail = ownerNumber === null ? null : ofAnotherOrder(orderNumber, ownerNumber);
  return {
    id: newId(),
    provider,
    eventId,
    source,
    type,
    orderNumber,
    orderId,
    invoiceId,
    amount: REFUND_NOTICES.has(type) ? refunded : (paid?.rupiah ?? null),
    currency,
    refunded,
    paidAt,
    paymentMethod,
    outcome,
    receivedAt: at,
    detail: isForeign ? `${paid.text} ${paid.currency}` : detail,
  };
}

/** The payment that a notice which settles stands for: the first of its invoice, and the only one of the order. */
export function noticePayment(
  order: TopupOrder,
  event: PaymentEvent,
  { text, currency, rupiah }: Amount,
): OrderPayment {
  const { id, provider, invoiceId, paymentMethod: method, receivedAt: recordedAt } = event;
  return {
    id,
    orderId: order.id,
    kind: 'PAYMENT',
    provider,
    invoiceId,
    stepNumber: 1,
    amount: rupiah,
    originalAmount: text,
    originalCurrency: currency,
    method,
    receivedAt: paymentTime(event.paidAt, order.confirmedAt, recordedAt).at,
    recordedAt,
  };
}

/** A step that the provider's answer shows. */
export function answeredPayment(order: TopupOrder, step: NewStep, recordedAt: Date): OrderPayment {
  const { invoice, ...stored } = step;
  // The provider tells the time of the latest payment, not that of a refund.
  const paidAt = step.kind === 'PAYMENT' ? (invoice.paidAt ?? null) : null;
  const receivedAt = paymentTime(paidAt, order.confirmedAt, recordedAt).at;
  return { ...stored, id: newId(), orderId: order.id, method: invoice.paymentMethod, receivedAt, recordedAt };
}

interface Result {
  provider: string;
  source: PaymentSource;
  invoiceId: string;
  outcome: PaymentOutcome;
  amount: bigint | null;
  currency?: string;
  paidAt?: Date | null;
  detail: string;
  at: Date;
}

/** The result of a decision beside the notice itself: a move after a check, or an exception. */
export function resultEvent(order: TopupOrder, result: Result): PaymentEvent {
  const { provider, source, invoiceId, outcome, amount, currency = 'IDR', paidAt = null, detail, at } = result;
  const id = newId();
  return {
    id,
    provider,
    eventId: `${source}:${id}`,
    source,
    type: outcome === 'returned' || outcome === 'refunded' ? 'invoice.refunded' : 'invoice.paid',
    orderNumber: order.number,
    orderId: order.id,
    invoiceId,
    amount,
    currency,
    refunded: null,
    paidAt,
    paymentMethod: null,
    outcome,
    receivedAt: at,
    detail,
  };
}

/** The exception about a payment whose time lies outside of the order's life; none if it lies within. */
export function timeException(
  order: TopupOrder,
  payment: Pick<OrderPayment, 'provider' | 'invoiceId' | 'amount' | 'originalCurrency' | 'recordedAt'>,
  source: PaymentSource,
  paidAt: Date | 'unreadable' | null,
): PaymentEvent[] {
  const { provider, invoiceId, amount, originalCurrency: currency, recordedAt: at } = payment;
  if (paidAt === null || !paymentTime(paidAt, order.confirmedAt, at).isReplaced) return [];
  const said = paidAt === 'unreadable' ? 'no time that can be read' : `that it was paid at ${paidAt.toISOString()}`;
  const detail = `The provider says ${said}; the time of receipt stands for that.`;
  return [
    resultEvent(order, {
      provider,
      source,
      invoiceId,
      outcome: 'implausible_time',
      amount,
      currency,
      paidAt: paidAt === 'unreadable' ? null : paidAt,
      detail,
      at,
    }),
  ];
}
