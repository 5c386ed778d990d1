import { columnsOf } from '../../platform/database/columns.ts';
import { type Query, raw, type Sql, sql } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { parseCursor } from '../../platform/graphql/page.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { OrderStatus } from '../rules/order-state.ts';
import type { OrderFilter, PageArgs } from '../rules/page.ts';
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
  const { first, after, filter } = args;
  const [rows] = await database.history(request, endOf(filter, after), pagesOf(organizationIds, args));
  const byOrganization = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => {
    const pageRows = byOrganization.get(id) ?? [];
    return { orders: pageRows.slice(0, first), hasNextPage: pageRows.length > first };
  });
}

/** The time before which every order of the page was created, in milliseconds since 1970. */
function endOf({ createdBefore }: OrderFilter, after?: string): number {
  const ends = [createdBefore, after === undefined ? undefined : parseCursor(after).createdAt];
  return Math.min(...ends.flatMap((end) => (end === undefined ? [] : Date.parse(end))));
}

/**
 * Finds the ids of each page by index alone, then reads only those rows. In a query for whole rows PostgreSQL expects
 * few orders per organization, and would read and sort all of them.
 */
function pagesOf(organizationIds: readonly string[], { first, after, filter }: PageArgs): Query<TopupOrder> {
  const { status, number, numberPart } = filter;
  const before = after === undefined ? raw('') : beforeCursor(after);
  const newest = sql`${whereFits(filter)} ${before} order by created_at desc, id desc limit ${first + 1}`;
  const isFew = status.length === 0 || number !== undefined || numberPart !== undefined;
  return sql<TopupOrder>`
    select ${columnsOf(TopupOrder, 'page')} from unnest(${organizationIds}::text[]) as organization(id)
    cross join lateral (${isFew ? together(filter, newest) : byStatus(status, newest, first)}) as newest
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

/** A part of a number is searched in this many of an organization's newest orders: 7 ms, also among a million. */
const SEARCHED = 10_000;

/** Selects the organization's orders, or those of its newest within the time whose number has the part. */
function ordersOf(filter: OrderFilter): Sql {
  const { numberPart } = filter;
  if (numberPart === undefined) return sql`topup_orders o where o.organization_id = organization.id`;
  return sql`(
      select o.id, o.created_at, o.status, o.number from topup_orders o where o.organization_id = organization.id ${whereFits(filter)}
      order by o.created_at desc, o.id desc limit ${SEARCHED}
    ) as o where ${numberPart}::text <> '' and strpos(replace(o.number, '-', ''), ${numberPart}::text) > 0`;
}

/**
 * Selects by time and number. A condition stands in the statement only if it is asked for: time is a range of the page's index, and the
 * number has an index of its own.
 */
function whereFits({ createdAfter, createdBefore, number }: OrderFilter): Sql {
  const from = createdAfter === undefined ? raw('') : sql`and o.created_at >= ${createdAfter}::timestamptz`;
  const to = createdBefore === undefined ? raw('') : sql`and o.created_at < ${createdBefore}::timestamptz`;
  return sql`${from} ${to} ${number === undefined ? raw('') : sql`and o.number = ${number}`}`;
}

const isOneOf = (status: readonly OrderStatus[]): Sql =>
  status.length === 0 ? raw('') : sql`and o.status = any(${status}::text[])`;

/** Takes orders of every status, or the few orders of a number, and then filters them by status. */
const together = (filter: OrderFilter, newest: Sql): Sql => sql`
  select o.id, o.created_at from ${ordersOf(filter)} ${isOneOf(filter.status)} ${newest}`;

/** Takes the newest of each status, then the newest of those, so that orders of other statuses are not read. */
const byStatus = (status: readonly OrderStatus[], newest: Sql, first: number): Sql => sql`
  select of_status.* from unnest(${status}::text[]) as filter_status(status)
  cross join lateral (
    select o.id, o.created_at from topup_orders o
    where o.organization_id = organization.id and o.status = filter_status.status ${newest}
  ) as of_status order by created_at desc, id desc limit ${first + 1}`;

/** Returns the number of orders that fit, in the order of the ids. */
export async function countOrders(
  database: TenantDatabase,
  request: RequestContext,
  organizationIds: readonly string[],
  filter: OrderFilter,
): Promise<number[]> {
  const [rows] = await database.history(request, endOf(filter), countsOf(organizationIds, filter));
  const counts = new Map(rows.map((row) => [row.id, Number(row.count)]));
  return organizationIds.map((id) => counts.get(id) ?? 0);
}

function countsOf(organizationIds: readonly string[], filter: OrderFilter) {
  return sql<{ id: string; count: bigint }>`
    select organization.id, (
      select count(*) from ${ordersOf(filter)} ${isOneOf(filter.status)} ${whereFits(filter)}
    ) as count
    from unnest(${organizationIds}::text[]) as organization(id)`;
}
