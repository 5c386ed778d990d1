import type { EntityManager } from 'typeorm';
import { isId } from '../kernel/ids.ts';
import { parseInstant } from '../kernel/instant.ts';
import { badUserInput } from '../platform/graphql/errors.ts';
import { ORDER_STATUSES, type OrderStatus } from './order-state.ts';
import { ordersByIds } from './orders.reader.ts';
import type { TopupOrder } from './topup-order.entity.ts';

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

const FILTER = `o.organization_id = organization.id
  and (cardinality($2::text[]) = 0 or o.status = any($2))`;

/** The same page of each organization: two statements, however many they are. */
export async function readPages(
  database: EntityManager,
  organizationIds: readonly string[],
  args: PageArgs,
): Promise<OrderPage[]> {
  const cursor = args.after === undefined ? undefined : parseCursor(args.after);
  const rows: { organizationId: string; id: string }[] = await database.query(
    `select organization.id as "organizationId", page.id
     from unnest($1::text[]) as organization(id)
     cross join lateral (
       select o.id, o.created_at from topup_orders o
       where ${FILTER} and ($3::timestamptz is null or (o.created_at, o.id) < ($3, $4::uuid))
       order by o.created_at desc, o.id desc limit $5
     ) as page
     order by organization.id, page.created_at desc, page.id desc`,
    [[...organizationIds], [...args.status], cursor?.createdAt ?? null, cursor?.id ?? null, args.first + 1],
  );
  const orders = new Map(
    (
      await ordersByIds(
        database,
        rows.map(({ id }) => id),
      )
    ).map((order) => [order?.id, order]),
  );
  const byOrganization = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map((id) => {
    const found = (byOrganization.get(id) ?? []).flatMap((row) => orders.get(row.id) ?? []);
    return { orders: found.slice(0, args.first), hasNextPage: found.length > args.first };
  });
}

export async function countOrders(
  database: EntityManager,
  organizationIds: readonly string[],
  status: readonly OrderStatus[],
): Promise<number[]> {
  const rows: { id: string; count: string }[] = await database.query(
    `select organization.id, (select count(*) from topup_orders o where ${FILTER}) as count
     from unnest($1::text[]) as organization(id)`,
    [[...organizationIds], [...status]],
  );
  const counts = new Map(rows.map((row) => [row.id, Number(row.count)]));
  return organizationIds.map((id) => counts.get(id) ?? 0);
}
