import { parseTimestamp } from '../clock.ts';
import { Refusal } from '../server/reply.ts';
import type { Invoice } from './invoices.ts';

/** One page of the list by time, and where the next one begins; null after the last. */
export interface InvoicePage {
  data: Invoice[];
  next: { since: string; after: string } | null;
}

const PAGE_SIZE = 100;

const byChange = (left: Invoice, right: Invoice) =>
  timeOf(left) - timeOf(right) || (left.id < right.id ? -1 : Number(left.id > right.id));
const timeOf = ({ updated_at }: Invoice) => parseTimestamp(updated_at) ?? 0;

/**
 * Lists invoices by the time of their last change, then by id: those changed at `since` or later. With `after`, those of
 * exactly `since` up to this id are left out, so that the last row of one page is the cursor of the next.
 */
export function invoicesSince(invoices: readonly Invoice[], since: string, after: string | null): InvoicePage {
  const from = parseTimestamp(since);
  if (from === undefined) {
    const message = 'must be an RFC 3339 time with an offset';
    throw new Refusal(400, 'since_malformed', `since ${message}`, [{ field: 'since', message }]);
  }
  const rest = invoices
    .filter((invoice) => timeOf(invoice) > from || (timeOf(invoice) === from && (after === null || invoice.id > after)))
    .sort(byChange);
  const data = rest.slice(0, PAGE_SIZE);
  const last = data.at(-1);
  const hasMore = rest.length > data.length && last !== undefined;
  return { data, next: hasMore ? { since: last.updated_at, after: last.id } : null };
}
