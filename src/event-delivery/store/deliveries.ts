import type { DataSource } from 'typeorm';
import type { StepsOfOrder } from '../../orders/index.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, sql } from '../../platform/database/sql.ts';
import { EventDelivery } from './event-delivery.entity.ts';

const insertDeliveries = insertInto(EventDelivery);

/** An order with steps that a subscription has not got. */
export interface DueOrder {
  subscriptionId: string;
  orderId: string;
  afterEventId: bigint;
  attempts: number;
}

/** Selects those that are due, the longest due first; none of a disabled subscription. */
export const dueOrders = (subscriptionId: string, now: Date, limit: number): Query<DueOrder> => sql<DueOrder>`
  select subscription_id as "subscriptionId", order_id as "orderId", after_event_id as "afterEventId", attempts
  from event_deliveries where subscription_id = ${subscriptionId} and due_at <= ${now}
    and (select is_enabled from event_subscriptions where id = ${subscriptionId})
  order by due_at limit ${limit}`;

/**
 * Goes on to the steps after this one: it was accepted, not asked for, or given up. Returns false, and changes nothing, if a replay or
 * another process has moved the order meanwhile.
 */
export async function advance(
  database: DataSource,
  { subscriptionId, orderId, afterEventId }: DueOrder,
  { eventId, at, isGivenUp }: { eventId: bigint; at: Date; isGivenUp: boolean },
): Promise<boolean> {
  const advanced = await runQuery(
    database,
    sql`update event_deliveries
      set after_event_id = ${eventId}, last_event_id = greatest(last_event_id, ${eventId}::bigint), attempts = 0, changed_at = ${at},
        due_at = case when last_event_id > ${eventId}::bigint then ${at}::timestamptz end,
        given_up_at = case when ${isGivenUp} then ${at}::timestamptz else given_up_at end
      where subscription_id = ${subscriptionId} and order_id = ${orderId} and after_event_id = ${afterEventId}
      returning order_id`,
  );
  return advanced.length > 0;
}

/** Notes a failed attempt at the next step. */
export async function postpone(
  database: DataSource,
  { subscriptionId, orderId, afterEventId, attempts }: DueOrder,
  { dueAt, error, at }: { dueAt: Date; error: string; at: Date },
): Promise<void> {
  await runQuery(
    database,
    sql`update event_deliveries
      set attempts = ${attempts + 1}::integer, due_at = ${dueAt}, last_error = ${error}, changed_at = ${at}
      where subscription_id = ${subscriptionId} and order_id = ${orderId} and after_event_id = ${afterEventId}
        and due_at is not null`,
  );
}

/** Sends the steps of these orders again, from the first of each. */
export async function sendAgain(
  database: DataSource,
  subscriptionId: string,
  orders: readonly StepsOfOrder[],
  now: Date,
): Promise<void> {
  const rows = orders.map(({ orderId, firstId, lastId }) => ({
    subscriptionId,
    orderId,
    afterEventId: firstId - 1n,
    lastEventId: lastId,
    dueAt: now,
    attempts: 0,
    changedAt: now,
  }));
  await runQuery(
    database,
    sql`${insertDeliveries(rows)}
      on conflict (subscription_id, order_id) do update
      set after_event_id = least(event_deliveries.after_event_id, excluded.after_event_id), due_at = excluded.due_at, attempts = 0,
        last_event_id = greatest(event_deliveries.last_event_id, excluded.last_event_id), given_up_at = null,
        changed_at = excluded.changed_at`,
  );
}

/** Deletes what was sent before that time, a batch at most. The next step of such an order begins a new row. */
export async function forgetDelivered(database: DataSource, before: Date, limit: number): Promise<number> {
  const forgotten = await runQuery(
    database,
    sql`delete from event_deliveries where (subscription_id, order_id) in (
        select subscription_id, order_id from event_deliveries
        where due_at is null and changed_at < ${before} order by changed_at limit ${limit} for update skip locked)
      returning order_id`,
  );
  return forgotten.length;
}
