import { columnsOf } from '../../platform/database/columns.ts';
import { type Query, raw, type Sql, sql } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { type CursorPosition, parseCursor } from '../../platform/graphql/page.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { QuotaLedgerEntry } from './quota-ledger-entry.entity.ts';

/** Arguments of a page of entries, newest first. */
export interface LedgerPageArgs {
  first: number;
  /** The cursor of the last entry on the previous page. */
  after: string | undefined;
  /** The quota; undefined for all. */
  code: string | undefined;
}

export interface LedgerPage {
  entries: readonly QuotaLedgerEntry[];
  hasNextPage: boolean;
}

/** Returns the same page of each organization, in the order of the ids, with one statement. */
export async function readLedgerPages(
  database: TenantDatabase,
  request: RequestContext,
  organizationIds: readonly string[],
  args: LedgerPageArgs,
): Promise<LedgerPage[]> {
  const { first, after, code } = args;
  const position = after === undefined ? undefined : parseCursor(after);
  const end = position === undefined ? Number.POSITIVE_INFINITY : Date.parse(position.createdAt);
  const [rows] = await database.history(request, end, pagesOf(organizationIds, code, newestBelow(position, first + 1)));
  const byOrganization = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => {
    const pageRows = byOrganization.get(id) ?? [];
    return { entries: pageRows.slice(0, first), hasNextPage: pageRows.length > first };
  });
}

/** Selects the newest `limit` entries of an organization in [from, until), below the entry `after`. */
export function ledgerRowsBetween(
  organizationId: string,
  { from, until, after, limit }: { from: Date; until: Date; after: QuotaLedgerEntry | undefined; limit: number },
): Query<QuotaLedgerEntry> {
  const below =
    after === undefined
      ? sql`and entry.created_at < ${until}::timestamptz`
      : sql`and (entry.created_at, entry.id) < (${after.createdAt}::timestamptz, ${after.id}::uuid)`;
  const within = sql`${below} and entry.created_at >= ${from}::timestamptz`;
  return pagesOf([organizationId], undefined, { below: within, limit });
}

interface Newest {
  below: Sql;
  limit: number;
}

/** A later page is a statement of its own: PostgreSQL seeks to the cursor by index only if the statement always has one. */
const newestBelow = (position: CursorPosition | undefined, limit: number): Newest => ({
  below:
    position === undefined
      ? raw('')
      : sql`and (entry.created_at, entry.id) < (${position.createdAt}::timestamptz, ${position.id}::uuid)`,
  limit,
});

/**
 * Takes the newest entries of each quota, then the newest of those: an organization has few quotas, and one index serves both a
 * quota and all of them.
 */
function pagesOf(
  organizationIds: readonly string[],
  code: string | undefined,
  { below, limit }: Newest,
): Query<QuotaLedgerEntry> {
  const quotas =
    code === undefined
      ? sql`select quota_code from organization_packages where organization_id = organization.id`
      : sql`select ${code}::text as quota_code`;
  const order = raw('order by created_at desc, id desc');
  return sql<QuotaLedgerEntry>`
    select ${columnsOf(QuotaLedgerEntry, 'page')} from unnest(${organizationIds}::text[]) as organization(id)
    cross join lateral (
      select newest.* from (${quotas}) as quota
      cross join lateral (
        select entry.* from quota_ledger_entries entry
        where entry.organization_id = organization.id and entry.quota_code = quota.quota_code ${below} ${order} limit ${limit}
      ) as newest ${order} limit ${limit}
    ) as page
    order by page.organization_id, page.created_at desc, page.id desc`;
}
