import { columnsOf } from '../../platform/database/columns.ts';
import { type Query, raw, type Sql, sql } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { OrderStatus } from '../rules/order-state.ts';
import { type PageArgs, parseCursor } from '../rules/page.ts';
import { TopupOrder } from './topup-order.entity.ts';

export interface OrderPage {
  orders: readonly TopupOrder[];
  hasNextPage: boolean;
}

/** Returns the same page of each organization, in the order of the ids, with one statement. */
export async function readPages(
  database: TenantDatabase,
  request: RequestContext,
  organizationIds: readonly string[],
  args: PageArgs,
): Promise<OrderPage[]> {
  const { first } = args;
  const [rows] = await database.reads(request, pagesOf(organizationIds, args));
  const byOrganization = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => {
    const pageRows = byOrganization.get(id) ?? [];
    return { orders: pageRows.slice(0, first), hasNextPage: pageRows.length > first };
  });
}

/**
 * Finds the ids of each page by index alone, then reads only those rows. In a query for whole rows PostgreSQL expects
 * few orders per organization, and would read and sort all of them.
 */
function pagesOf(organizationIds: readonly string[], { first, after, status }: PageArgs): Query<TopupOrder> {
  const before = after === undefined ? raw('') : beforeCursor(after);
  const newest = sql`${before} order by created_at desc, id desc limit ${first + 1}`;
  return sql<TopupOrder>`
    select ${columnsOf(TopupOrder, 'page')} from unnest(${organizationIds}::text[]) as organization(id)
    cross join lateral (${status.length === 0 ? everyStatus(newest) : someStatuses(status, newest, first)}) as newest
    join topup_orders page on page.id = newest.id
    order by page.organization_id, page.created_at desc, page.id desc`;
}

/**
 * Makes a later page a statement of its own: PostgreSQL seeks to the cursor by index only if the statement always has
 * one.
 */
function beforeCursor(after: string): Sql {
  const { createdAt, id } = parseCursor(after);
  return sql`and (o.created_at, o.id) < (${createdAt}::timestamptz, ${id}::uuid)`;
}

const everyStatus = (newest: Sql): Sql => sql`
  select o.id, o.created_at from topup_orders o where o.organization_id = organization.id ${newest}`;

/** Takes the newest of each status, then the newest of those, so that orders of other statuses are not read. */
const someStatuses = (status: readonly OrderStatus[], newest: Sql, first: number): Sql => sql`
  select of_status.* from unnest(${status}::text[]) as filter_status(status)
  cross join lateral (
    select o.id, o.created_at from topup_orders o
    where o.organization_id = organization.id and o.status = filter_status.status ${newest}
  ) as of_status order by created_at desc, id desc limit ${first + 1}`;

/** Returns the number of orders in these statuses, in the order of the ids. */
export async function countOrders(
  database: TenantDatabase,
  request: RequestContext,
  organizationIds: readonly string[],
  status: readonly OrderStatus[],
): Promise<number[]> {
  const [rows] = await database.reads(request, countsOf(organizationIds, status));
  const counts = new Map(rows.map((row) => [row.id, Number(row.count)]));
  return organizationIds.map((id) => counts.get(id) ?? 0);
}

function countsOf(organizationIds: readonly string[], status: readonly OrderStatus[]) {
  const statusFilter = status.length === 0 ? raw('') : sql`and o.status = any(${status}::text[])`;
  return sql<{ id: string; count: bigint }>`
    select organization.id, (
      select count(*) from topup_orders o where o.organization_id = organization.id ${statusFilter}
    ) as count
    from unnest(${organizationIds}::text[]) as organization(id)`;
}
