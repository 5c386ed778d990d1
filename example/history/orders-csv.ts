import type { AllText } from '../text/all-words.ts';
import { toCsv } from './csv.ts';
import { orderedBy } from './orders-table.tsx';
import type { OrderRow } from './use-orders.ts';

/** Writes orders as CSV, in the columns of the table on the screen. */
export function ordersCsv(orders: readonly OrderRow[], text: AllText): string {
  const words = text.history;
  const head = [text.order.order, words.created, words.orderedBy, words.status, words.invoice, text.common.total];
  const rows = orders.map((order) => [
    order.number,
    order.createdAt,
    orderedBy(order),
    words.statuses[order.status],
    order.paidInvoiceNumber ?? '',
    order.total.amount,
  ]);
  return toCsv([head, ...rows]);
}
