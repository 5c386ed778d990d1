import type { Clock } from '../kernel/clock.ts';
import { csvRow } from '../kernel/csv.ts';
import { jakartaTimestamp } from '../kernel/jakarta.ts';
import { ledgerRowsBetween, type QuotaLedgerEntry } from '../ledger/index.ts';
import { type OrderOfLine, ordersOfLines } from '../orders/index.ts';
import { organizationToRead } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { DownloadRoute } from '../platform/server/download-route.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { operatorReason } from './loaders.ts';
import { type Month, monthOfFile } from './rules/month.ts';

const HEADER = ['at', 'code', 'kind', 'quantity', 'balance_after', 'order_number', 'reason'];
/** Entries of one part: about 60 KB of text. */
const PART = 500;

/** An organization's ledger of one month in Jakarta, newest first, as CSV (contracts.md 4). */
export function statementRoute(database: TenantDatabase, clock: Clock): DownloadRoute {
  return {
    path: '/statements/:file',
    contentType: 'text/csv; charset=utf-8; header=present',
    async *open(request, file, requested) {
      const organizationId = organizationToRead(request, requested);
      const month = monthOfFile(file, clock.now());
      let text = csvRow(HEADER);
      for (let after: QuotaLedgerEntry | undefined, isMore = true; isMore; text = '') {
        // No connection is held between two parts, however slowly the client reads.
        const entries: QuotaLedgerEntry[] = await entriesOf(database, request, organizationId, { ...month, after });
        yield text + (await rowsOf(database, request, entries, month));
        after = entries.at(-1);
        isMore = entries.length === PART;
      }
    },
  };
}

async function entriesOf(
  database: TenantDatabase,
  request: RequestContext,
  organizationId: string,
  place: Month & { after: QuotaLedgerEntry | undefined },
) {
  const query = ledgerRowsBetween(organizationId, { ...place, limit: PART });
  const [entries] = await database.history(request, place.until.getTime(), query);
  return entries;
}

async function rowsOf(
  database: TenantDatabase,
  request: RequestContext,
  entries: readonly QuotaLedgerEntry[],
  { until }: Month,
) {
  if (entries.length === 0) return '';
  const query = ordersOfLines(entries.map(({ orderLineId }) => orderLineId));
  const [orders] = await database.history(request, until.getTime(), query);
  const byLine = new Map(orders.map((order) => [order.lineId, order]));
  return entries.map((entry) => toRow(entry, byLine.get(entry.orderLineId))).join('');
}

const toRow = (entry: QuotaLedgerEntry, order: OrderOfLine | undefined): string =>
  csvRow([
    jakartaTimestamp(entry.createdAt),
    entry.quotaCode,
    entry.kind,
    entry.quantity,
    entry.balanceAfter,
    order?.number ?? null,
    order === undefined ? null : operatorReason(entry.kind, order),
  ]);
