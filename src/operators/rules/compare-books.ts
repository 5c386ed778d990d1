import { formatRupiah, type Rupiah } from '../../kernel/money.ts';
import { CREDITED, type OrderStatus, REFUNDED, UNDER_REVIEW } from '../../orders/index.ts';

/** One order number as we, the provider and accounting have it. */
export interface Books {
  /** undefined if we have no such order. */
  order: { status: OrderStatus; total: Rupiah; payable: Rupiah; piNumber: string | null } | undefined;
  /** The sum that the provider received over all invoices of the number, less what it gave back. */
  received: Rupiah;
  /** Payments in other currencies, such as "USD 61.25". */
  foreign: readonly string[];
  /** The invoices that a buyer can still pay. */
  payableInvoices: readonly string[];
  /** undefined if accounting has booked none. */
  pi: { number: string; amount: Rupiah } | undefined;
}

export const DIFFERENCE_KINDS = [
  /** The provider has an invoice, and perhaps money, for an order that we do not have. */
  'order_unknown',
  /** The provider received something, and the order is not credited here. */
  'payment_not_credited',
  /** Accounting has booked the order, and we do not have that PI. */
  'pi_not_stored',
  /** The order is credited, and the provider or accounting has another sum. */
  'sums_differ',
  /** An invoice, or a neighbour's answer about an order, could not be read. */
  'not_compared',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

export interface Difference {
  kind: DifferenceKind;
  /** A sentence with the sums. */
  detail: string;
}

/** Compares the three books of one order number. Pure. Money that one order received is a sum over its invoices. */
export function compareBooks(books: Books): Difference[] {
  const { order, pi } = books;
  if (order === undefined) return unknownOrder(books);
  const differences: Difference[] = [];
  const isCredited = CREDITED.has(order.status);
  const isOver = isCredited || REFUNDED.has(order.status) || UNDER_REVIEW.has(order.status);
  if (!isOver && hasMoney(books)) {
    const detail = `The provider received ${sumOf(books)} of ${formatRupiah(order.payable)}, and the order is ${order.status} here.`;
    differences.push({ kind: 'payment_not_credited', detail });
  }
  if (isCredited && (books.received !== order.payable || books.foreign.length > 0)) {
    const detail = `The provider received ${sumOf(books)}, and the order, which is ${order.status}, asked for ${formatRupiah(order.payable)}.`;
    differences.push({ kind: 'sums_differ', detail });
  }
  if (pi !== undefined && pi.number !== order.piNumber) {
    const ours = order.piNumber === null ? `the order is ${order.status} here` : `we have ${order.piNumber}`;
    differences.push({ kind: 'pi_not_stored', detail: `Accounting has booked it as ${pi.number}, and ${ours}.` });
  }
  if (pi !== undefined && pi.amount !== order.total) {
    const detail = `Accounting has booked ${formatRupiah(pi.amount)} as ${pi.number}, and the order's total is ${formatRupiah(order.total)}.`;
    differences.push({ kind: 'sums_differ', detail });
  }
  return differences;
}

function unknownOrder(books: Books): Difference[] {
  const { pi, payableInvoices } = books;
  const booked = pi === undefined ? '' : ` Accounting has booked it as ${pi.number} over ${formatRupiah(pi.amount)}.`;
  if (hasMoney(books)) {
    const detail = `The provider received ${sumOf(books)}, and we have no such order.${booked}`;
    return [{ kind: 'order_unknown', detail }];
  }
  if (payableInvoices.length > 0) {
    const detail = `Invoice ${payableInvoices.join(', ')} can still be paid, and we have no such order.${booked}`;
    return [{ kind: 'order_unknown', detail }];
  }
  return pi === undefined ? [] : [{ kind: 'order_unknown', detail: `We have no such order.${booked}` }];
}

const hasMoney = ({ received, foreign }: Books) => received > 0n || foreign.length > 0;

const sumOf = ({ received, foreign }: Books) =>
  [...(received > 0n || foreign.length === 0 ? [formatRupiah(received)] : []), ...foreign].join(' and ');
