import type { DataSource, EntityManager } from 'typeorm';
import { type TopupOrder, unchangedForUpdate } from '../../orders/index.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Query, type Sql, sql } from '../../platform/database/sql.ts';
import { enqueued, type NewJob } from '../../platform/jobs/job.ts';
import { PAYMENT_NOTICES } from '../provider.ts';
import { PaymentEvent } from './payment-event.entity.ts';

const insertEvents = insertInto(PaymentEvent);

/** Enters events. Fails on payment_events_event_key if the inbox already has one of them. */
export const eventInsert = (events: readonly PaymentEvent[], onlyIf: Sql): Query => insertEvents(events, { onlyIf });

/** Enters the results of a check of a locked order, each of which its event id names once and for all. */
export async function enterResults(tx: EntityManager, events: readonly PaymentEvent[]): Promise<void> {
  if (events.length > 0) await runQuery(tx, sql`${insertEvents(events)} ${IGNORE_DUPLICATE}`);
}

const IGNORE_DUPLICATE = sql`on conflict on constraint payment_events_event_key do nothing returning id`;

/** Enters the event of a payment without an order. Returns false for a duplicate. */
export async function enterEvent(database: DataSource, event: PaymentEvent): Promise<boolean> {
  return (await runQuery(database, sql`${insertEvents([event])} ${IGNORE_DUPLICATE}`)).length === 1;
}

/**
 * Enters an event that does not move its order, and enqueues the job that follows from it. Returns false for a duplicate,
 * or if the order has changed since it was read.
 */
export async function enterEventOf(
  database: DataSource,
  order: TopupOrder,
  event: PaymentEvent,
  job: NewJob | undefined,
): Promise<boolean> {
  const ifUnchanged = sql`exists (select from unchanged_order)`;
  const rows = await runQuery(
    database,
    sql`with unchanged_order as materialized (${unchangedForUpdate(order)}), event_row as (
        ${insertEvents([event], { onlyIf: ifUnchanged })} ${IGNORE_DUPLICATE}
      )
      select ${job === undefined ? sql`id` : enqueued(job)} from event_row`,
  );
  return rows.length === 1;
}

/**
 * Enters an exception about an order and an invoice unless there is one, open or closed. Its event id makes it one, also if two
 * checks overlap. Returns false if there is one.
 */
export async function enterOtherInvoice(
  database: DataSource,
  { id }: TopupOrder,
  exception: PaymentEvent,
): Promise<boolean> {
  const { outcome, invoiceId } = exception;
  const event = { ...exception, eventId: `${outcome}:${id}:${invoiceId}` };
  const isNew = sql`not exists (
    select from payment_events where order_id = ${id} and outcome = ${outcome} and invoice_id = ${invoiceId})`;
  return (await runQuery(database, sql`${insertEvents([event], { onlyIf: isNew })} ${IGNORE_DUPLICATE}`)).length === 1;
}

/** Condition that an event refers to the order with this id. The offset forces a lookup per order, by index. */
export const hasPaymentEvent = (orderId: Sql): Sql =>
  sql`exists (select from payment_events where order_id = ${orderId} offset 0)`;

/** Returns true if a notice that settled nothing told of money that came in for the order. */
export async function isPaymentNoticed(database: DataSource, orderId: string): Promise<boolean> {
  const noticed = await runQuery(
    database,
    sql`select id from payment_events where order_id = ${orderId} and outcome = 'hint' and type in (${oneOf(PAYMENT_NOTICES)})
      and amount is distinct from 0 limit 1`,
  );
  return noticed.length > 0;
}

/** Returns the events, oldest first. */
export function eventsOfOrder(database: DataSource | EntityManager, orderId: string): Promise<PaymentEvent[]> {
  return database.getRepository(PaymentEvent).find({ where: { orderId }, order: { receivedAt: 'ASC' } });
}
