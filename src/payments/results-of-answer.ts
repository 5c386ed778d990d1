import { formatRupiah } from '../kernel/money.ts';
import { type OrderStatus, payableOf } from '../orders/index.ts';
import { invoiceOf, type Settling } from './answer.ts';
import type { MoneyException, ReceivedDecision } from './rules/decide-payment.ts';
import type { PaymentOutcome } from './rules/payment-outcomes.ts';
import type { InboxFacts } from './store/order-payments.ts';
import type { PaymentEvent } from './store/payment-event.entity.ts';
import { resultEvent } from './store/settlement-rows.ts';

const OUTCOMES: Partial<Record<OrderStatus, PaymentOutcome>> = {
  PAID: 'settled',
  PAYMENT_REVIEW: 'review',
  REFUNDED: 'returned',
};

/** One event for each move, or for a payment that moved nothing; and one for each exception. */
export function resultsOf(settling: Settling, { walk: statuses, exceptions }: ReceivedDecision): PaymentEvent[] {
  const { order, provider, source, sums, rows, at } = settling;
  const base = { provider, source, invoiceId: invoiceOf(settling), at };
  const received = sums.paid - sums.refunded;
  const foreign = sums.hasForeign ? ' Another currency came in, or a notice named it.' : '';
  const sentence = `${formatRupiah(received)} received of ${formatRupiah(payableOf(order))}.${foreign}`;
  const moves = statuses.flatMap((status) => OUTCOMES[status] ?? []);
  const outcomes: PaymentOutcome[] = moves.length === 0 && rows.length > 0 ? ['received'] : moves;
  return [
    ...outcomes.map((outcome) => resultEvent(order, { ...base, outcome, amount: received, detail: sentence })),
    ...exceptions.map((exception) =>
      resultEvent(order, { ...base, ...exception, detail: describe(exception, sentence) }),
    ),
  ];
}

/** A notice names money in an invoice that is not the order's, and the provider confirms it: a person must find its owner. */
export function othersOf({ order, provider, source, invoices, at }: Settling, inbox: InboxFacts): PaymentEvent[] {
  const known = new Set([...invoices.map(({ id }) => id), ...inbox.otherInvoices]);
  const detail = 'A notice says that it was paid for this order, and the provider has no such invoice of the order.';
  return inbox.hintedInvoices
    .filter((invoiceId) => !known.has(invoiceId))
    .map((invoiceId) =>
      resultEvent(order, { provider, source, invoiceId, outcome: 'other_invoice', amount: null, detail, at }),
    );
}

function describe({ outcome, amount }: MoneyException, sentence: string): string {
  const sum = amount === null ? 'An unknown sum' : formatRupiah(amount);
  return outcome === 'surplus'
    ? `${sentence} ${sum} came in beyond what was asked for: give it back, or agree on it with the buyer.`
    : `${sentence} ${sum} of it was given back or charged back after the credit.`;
}
