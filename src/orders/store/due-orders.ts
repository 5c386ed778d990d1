import { type DataSource, type EntityManager, LessThanOrEqual } from 'typeorm';
import { columnsOf } from '../../platform/database/columns.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Query, type Sql, sql } from '../../platform/database/sql.ts';
import { AWAITS_PAYMENT, GIVEN_UP, UNDER_REVIEW } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';

/** Returns the ids of drafts whose quote has expired, the earliest first. */
export async function draftsToExpire(database: DataSource, now: Date, limit: number): Promise<string[]> {
  const drafts = await database.getRepository(TopupOrder).find({
    select: { id: true },
    where: { status: 'DRAFT', quoteExpiresAt: LessThanOrEqual(now) },
    order: { quoteExpiresAt: 'ASC' },
    take: limit,
  });
  return drafts.map(({ id }) => id);
}

/**
 * Selects orders to poll in turns: the first of each organization, then the second of each, and so on, so that the many orders
 * of one organization hide no other's. Within an organization and within a turn, orders that were never polled come first, then
 * the least recently polled. An index has all that decides; only the rows of the chosen orders are read.
 */
const inTurns = (isDue: Sql, limit: number): Query<TopupOrder> => sql<TopupOrder>`
  select ${columnsOf(TopupOrder, 'o')} from (
    select id, payment_checked_at,
      row_number() over (partition by organization_id order by payment_checked_at nulls first) as turn
    from topup_orders where ${isDue}
    order by turn, payment_checked_at nulls first limit ${limit}
  ) as due
  cross join lateral (select * from topup_orders where id = due.id offset 0) as o
  order by due.turn, due.payment_checked_at nulls first`;

/** Returns orders that await payment, in turns. Orders without an invoice come before all others. */
export async function ordersToPoll(database: DataSource, limit: number): Promise<TopupOrder[]> {
  const isPending = sql`status in (${oneOf(AWAITS_PAYMENT)})`;
  const withoutInvoice = await runQuery(database, inTurns(sql`${isPending} and payment_invoice_id is null`, limit));
  const all = await runQuery(database, inTurns(isPending, limit));
  return [...new Map([...withoutInvoice, ...all].map((order) => [order.id, order])).values()];
}

/** Returns given-up orders whose payment deadline was after `since`, and whose last poll was before `polledBefore`, in turns. */
export function ordersToPollLate(
  database: DataSource,
  { since, polledBefore }: { since: Date; polledBefore: Date },
  limit: number,
): Promise<TopupOrder[]> {
  const isDue = sql`status in (${oneOf(GIVEN_UP)}) and confirmed_at is not null and payment_expires_at > ${since}
    and (payment_checked_at is null or payment_checked_at < ${polledBefore})`;
  return runQuery(database, inTurns(isDue, limit));
}

/** Returns orders under review whose payment deadline was after `since`, and whose last poll was before `polledBefore`, in turns. */
export function reviewsToPoll(
  database: DataSource,
  { since, polledBefore }: { since: Date; polledBefore: Date },
  limit: number,
): Promise<TopupOrder[]> {
  const isDue = sql`status in (${oneOf(UNDER_REVIEW)}) and payment_expires_at > ${since}
    and (payment_checked_at is null or payment_checked_at < ${polledBefore})`;
  return runQuery(database, inTurns(isDue, limit));
}

/** Selects the orders under review whose deadline was before `before`. */
export const overdueReviews = (before: Date): Query<TopupOrder> => sql<TopupOrder>`
  select ${columnsOf(TopupOrder, 'o')} from topup_orders o
  where o.status in (${oneOf(UNDER_REVIEW)}) and o.payment_expires_at < ${before}`;

/** Selects the ids of orders that await payment and were asked about since a time. */
export const ordersAskedSince = (since: Date): Query<{ id: string }> => sql<{ id: string }>`
  select id from topup_orders where status in (${oneOf(AWAITS_PAYMENT)}) and payment_checked_at >= ${since}`;

/** Takes the provider's earlier deadline for the order's. A later one changes nothing. */
export async function shortenPayment(database: DataSource, orderId: string, deadline: Date): Promise<void> {
  await runQuery(
    database,
    sql`update topup_orders set payment_expires_at = ${deadline}
      where id = ${orderId} and status in (${oneOf([...AWAITS_PAYMENT, ...UNDER_REVIEW])}) and payment_expires_at > ${deadline}`,
  );
}

/** Ends the invitation to pay the rest: from now on the graph shows no link. */
export async function withdrawLink(database: DataSource | EntityManager, orderId: string): Promise<void> {
  await runQuery(
    database,
    sql`update topup_orders set payment_url = null where id = ${orderId} and payment_url is not null`,
  );
}

/** Moves the order to the end of the poll queue; null moves it to the front. */
export async function setPaymentChecked(
  database: Pick<DataSource, 'getRepository'>,
  id: string,
  at: Date | null,
): Promise<void> {
  await database.getRepository(TopupOrder).update({ id }, { paymentCheckedAt: at });
}
