import { isId } from '../../kernel/ids.ts';
import { parseInstant } from '../../kernel/instant.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { call, statement } from '../../platform/database/statement.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { badUserInput } from '../../platform/graphql/errors.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { ORDER_STATUSES, type OrderStatus } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';

export const MAX_PAGE = 100;

/** Newest first. `after` is the cursor of the last order that was seen. */
export interface PageArgs {
  first: number;
  after: string | undefined;
  /** Empty: every status. */
  status: readonly OrderStatus[];
}

export interface OrderPage {
  orders: readonly TopupOrder[];
  hasNextPage: boolean;
}

/** What a page is told apart by, so that the pages of many organizations are read in one statement. */
export function pageArgs(args: {
  first?: number | null;
  after?: string | null;
  status?: OrderStatus[] | null;
}): PageArgs {
  const first = args.first ?? 20;
  if (first < 1) throw badUserInput(`first must be at least 1; got ${first}.`);
  const after = args.after ?? undefined;
  if (after !== undefined) parseCursor(after);
  return {
    first: Math.min(first, MAX_PAGE),
    after,
    status: ORDER_STATUSES.filter((status) => args.status?.includes(status)),
  };
}

/** The keyset: orders before this one, by time and then id. */
export function cursorOf(order: Pick<TopupOrder, 'createdAt' | 'id'>): string {
  return Buffer.from(`${order.createdAt.toISOString()}|${order.id}`).toString('base64url');
}

function parseCursor(cursor: string): { createdAt: string; id: string } {
  const [createdAt = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('|');
  if (parseInstant(createdAt)?.toISOString() === createdAt && isId(id)) return { createdAt, id };
  throw badUserInput('after is not a cursor: take one from pageInfo.endCursor or from an edge.');
}

const NEWEST = `order by created_at desc, id desc limit $3`;

/**
 * Of one organization; however many orders it has, no more are read than the page holds. By what the index has alone: for whole rows
 * PostgreSQL, which expects few orders of whomever, would fetch all of an organization's and sort them.
 */
const everyStatus = (before: string) =>
  `select o.id, o.created_at from topup_orders o
   where cardinality($2::text[]) = 0 and o.organization_id = organization.id ${before} ${NEWEST}`;

/** The same of each status by itself, and the newest of these: the others are not passed through in search of them. */
const someStatuses = (before: string) =>
  `select of_status.* from unnest($2::text[]) as wanted(status)
   cross join lateral (
     select o.id, o.created_at from topup_orders o
     where o.organization_id = organization.id and o.status = wanted.status ${before} ${NEWEST}
   ) as of_status ${NEWEST}`;

const pageOf = (ofOne: string) =>
  statement<TopupOrder>(
    `select ${columnsOf(TopupOrder, 'page')} from unnest($1::text[]) as organization(id)
     cross join lateral (${ofOne}) as newest
     join topup_orders page on page.id = newest.id
     order by page.organization_id, page.created_at desc, page.id desc`,
  );
/** A later page is a statement of its own: PostgreSQL goes to the cursor by the index where it is sure that there is one. */
const BEFORE_CURSOR = 'and (o.created_at, o.id) < ($4, $5)';
const PAGES = {
  everyStatus: { first: pageOf(everyStatus('')), later: pageOf(everyStatus(BEFORE_CURSOR)) },
  someStatuses: { first: pageOf(someStatuses('')), later: pageOf(someStatuses(BEFORE_CURSOR)) },
};

/** The same page of each organization: one statement, however many they are. */
export async function readPages(
  database: TenantDatabase,
  request: RequestContext,
  organizationIds: readonly string[],
  { first, after, status }: PageArgs,
): Promise<OrderPage[]> {
  const values = [organizationIds, status, first + 1] as const;
  const cursor = after === undefined ? undefined : parseCursor(after);
  const pages = status.length === 0 ? PAGES.everyStatus : PAGES.someStatuses;
  const page =
    cursor === undefined ? call(pages.first, ...values) : call(pages.later, ...values, cursor.createdAt, cursor.id);
  const [rows] = await database.ask(request, page);
  const byOrganization = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => {
    const found = byOrganization.get(id) ?? [];
    return { orders: found.slice(0, first), hasNextPage: found.length > first };
  });
}

const countOf = (condition: string) =>
  statement<{ id: string; count: bigint }>(
    `select organization.id, (
       select count(*) from topup_orders o where o.organization_id = organization.id and ${condition}
     ) as count
     from unnest($1::text[]) as organization(id)`,
  );
const COUNTS = {
  everyStatus: countOf('cardinality($2::text[]) = 0'),
  someStatuses: countOf('o.status = any($2::text[])'),
};

export async function countOrders(
  database: TenantDatabase,
  request: RequestContext,
  organizationIds: readonly string[],
  status: readonly OrderStatus[],
): Promise<number[]> {
  const counted = status.length === 0 ? COUNTS.everyStatus : COUNTS.someStatuses;
  const [rows] = await database.ask(request, call(counted, organizationIds, status));
  const counts = new Map(rows.map((row) => [row.id, Number(row.count)]));
  return organizationIds.map((id) => counts.get(id) ?? 0);
}
