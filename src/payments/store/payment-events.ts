import type { DataSource } from 'typeorm';
import { lockedUnchanged, type TopupOrder } from '../../orders/index.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, type Sql, sql } from '../../platform/database/sql.ts';
import { PaymentEvent } from './payment-event.entity.ts';

const insertEvents = insertInto(PaymentEvent);

/** Enters an event. Fails on payment_events_event_key where it is in the inbox already. */
export const eventEntered = (event: PaymentEvent, onlyIf: Sql): Query => insertEvents([event], { onlyIf });

const NOT_TWICE = sql`on conflict on constraint payment_events_event_key do nothing returning id`;

/** Enters the event of a payment that is no order's. Answers whether it is new. */
export async function enterEvent(database: DataSource, event: PaymentEvent): Promise<boolean> {
  return (await runQuery(database, sql`${insertEvents([event])} ${NOT_TWICE}`)).length === 1;
}

/** Enters an event that moves nothing; false where it is in the inbox already, or the order has changed since it was read. */
export async function enterEventOf(database: DataSource, order: TopupOrder, event: PaymentEvent): Promise<boolean> {
  const ifUnchanged = sql`exists (select from unchanged)`;
  const rows = await runQuery(
    database,
    sql`with unchanged as materialized (${lockedUnchanged(order)})
      ${insertEvents([event], { onlyIf: ifUnchanged })} ${NOT_TWICE}`,
  );
  return rows.length === 1;
}

/** Oldest first. */
export function eventsOfOrder(database: DataSource, orderId: string): Promise<PaymentEvent[]> {
  return database.getRepository(PaymentEvent).find({ where: { orderId }, order: { receivedAt: 'ASC' } });
}
