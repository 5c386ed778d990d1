import type { Moderator } from '../clients/moderator.ts';
import { isUpstreamError, type UpstreamError } from '../clients/upstream-error.ts';
import { sum } from '../kernel/money.ts';
import { payableOf, type TopupOrder } from '../orders/index.ts';
import { type Invoice, PAYABLE_STATUSES, type PaymentProvider } from '../payments/index.ts';
import type { Books } from './rules/compare-books.ts';

interface BooksAsAnswered {
  books: Books;
  /** Why accounting gave no answer: `books.pi` then says nothing. */
  unanswered: UpstreamError | undefined;
}

/**
 * Asks the provider for every invoice of an order number, and accounting for its PI. Throws UpstreamError if the provider fails;
 * accounting may fail, because a payment is credited whether it answers or not. `listed` are the
 * invoices that the provider's list has: the search by number finds one only once it is made under that number.
 */
export async function booksOf(
  { provider, moderator }: { provider: PaymentProvider; moderator: Moderator },
  orderNumber: string,
  order: TopupOrder | undefined,
  listed: readonly Invoice[],
): Promise<BooksAsAnswered> {
  const found = [...listed, ...(await provider.invoicesOfOrder(orderNumber))];
  const invoices = [...new Map(found.map((invoice) => [invoice.id, invoice])).values()];
  const books = { order: order && factsOf(order), ...moneyOf(invoices) };
  try {
    return { books: { ...books, pi: await moderator.paidPiOfOrder(orderNumber) }, unanswered: undefined };
  } catch (error) {
    if (!isUpstreamError(error)) throw error;
    return { books: { ...books, pi: undefined }, unanswered: error };
  }
}

export function factsOf(order: TopupOrder) {
  const { status, total, paidInvoiceNumber: piNumber } = order;
  return { status, total, payable: payableOf(order), piNumber };
}

/** Sums what was received over the invoices, less what was given back. A status alone is no money. */
export function moneyOf(invoices: readonly Invoice[]): Pick<Books, 'received' | 'foreign' | 'payableInvoices'> {
  const paid = invoices.filter(hasPaid);
  return {
    received: sum(paid.map(({ paid: gross, refunded }) => (gross?.rupiah ?? 0n) - refunded)),
    foreign: paid.flatMap(({ paid: gross }) => (gross?.rupiah === null ? `${gross.currency} ${gross.text}` : [])),
    payableInvoices: invoices.filter(({ status }) => PAYABLE_STATUSES.has(status)).map(({ id }) => id),
  };
}

export const hasPaid = ({ paid }: Invoice): boolean => paid !== null;
