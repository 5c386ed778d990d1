import { isId } from '../../../../src/kernel/ids.ts';
import { parseInstant } from '../../../../src/kernel/instant.ts';
import type { Database } from './database.ts';
import { type OrderRow, orderColumns } from './order-rows.ts';
import { badUserInput, type RequestContext } from './request.ts';
import { call, statement } from './statement.ts';

const MAX_PAGE = 100;
const STATUSES = [
  'DRAFT',
  'PENDING_PAYMENT',
  'PAID',
  'COMPLETED',
  'PAYMENT_REVIEW',
  'EXPIRED',
  'CANCELLED',
  'REFUNDED',
];

/** Newest first. `after` is the cursor of the last order; an empty `status` is every status. */
export interface PageArgs {
  first: number;
  after: string | undefined;
  status: readonly string[];
}

export interface OrderPage {
  orders: readonly OrderRow[];
  hasNextPage: boolean;
}

export function pageArgs(args: { first?: number | null; after?: string | null; status?: string[] | null }): PageArgs {
  const first = args.first ?? 20;
  if (first < 1) throw badUserInput(`first must be at least 1; got ${first}.`);
  const after = args.after ?? undefined;
  if (after !== undefined) parseCursor(after);
  const status = STATUSES.filter((each) => args.status?.includes(each));
  return { first: Math.min(first, MAX_PAGE), after, status };
}

export function cursorOf(order: Pick<OrderRow, 'createdAt' | 'id'>): string {
  return Buffer.from(`${order.createdAt.toISOString()}|${order.id}`).toString('base64url');
}

function parseCursor(cursor: string): { createdAt: string; id: string } {
  const [createdAt = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split('|');
  if (parseInstant(createdAt)?.toISOString() === createdAt && isId(id)) return { createdAt, id };
  throw badUserInput('after is not a cursor.');
}

const NEWEST = `order by created_at desc, id desc limit $3`;
const everyStatus = (before: string) =>
  `select o.id, o.created_at from topup_orders o
   where cardinality($2::text[]) = 0 and o.organization_id = organization.id ${before} ${NEWEST}`;
const someStatuses = (before: string) =>
  `select of_status.* from unnest($2::text[]) as wanted(status)
   cross join lateral (
     select o.id, o.created_at from topup_orders o
     where o.organization_id = organization.id and o.status = wanted.status ${before} ${NEWEST}
   ) as of_status ${NEWEST}`;
const pageOf = (ofOne: string) =>
  statement<OrderRow>(
    `select ${orderColumns('page')} from unnest($1::text[]) as organization(id)
     cross join lateral (${ofOne}) as newest
     join topup_orders page on page.id = newest.id
     order by page.organization_id, page.created_at desc, page.id desc`,
  );
const BEFORE_CURSOR = 'and (o.created_at, o.id) < ($4, $5)';
const PAGES = {
  everyStatus: { first: pageOf(everyStatus('')), later: pageOf(everyStatus(BEFORE_CURSOR)) },
  someStatuses: { first: pageOf(someStatuses('')), later: pageOf(someStatuses(BEFORE_CURSOR)) },
};

/** The same page of each organization in one statement, as at 7376654. */
export async function readPages(
  database: Database,
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
  database: Database,
  request: RequestContext,
  organizationIds: readonly string[],
  status: readonly string[],
): Promise<number[]> {
  const counted = status.length === 0 ? COUNTS.everyStatus : COUNTS.someStatuses;
  const [rows] = await database.ask(request, call(counted, organizationIds, status));
  const counts = new Map(rows.map((row) => [row.id, Number(row.count)]));
  return organizationIds.map((id) => counts.get(id) ?? 0);
}
