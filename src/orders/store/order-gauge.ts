import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock.ts';
import type { Gauge } from '../../platform/telemetry/telemetry.ts';
import { OPEN_ORDER } from './topup-order.entity.ts';

/** Orders that are under way or want attention, counted in the database: the same on every replica. */
export function orderGauge(database: DataSource): Gauge {
  return {
    name: 'orders',
    description: 'Orders in a status that is not final',
    label: 'status',
    async read() {
      const rows: { status: string; count: string }[] = await database.query(
        `select status, count(*) from topup_orders where ${OPEN_ORDER} group by status`,
      );
      return new Map(rows.map(({ status, count }) => [status, Number(count)]));
    },
  };
}

/**
 * How long the oldest has waited: since it was created, confirmed, paid, or put under review. Paid and not completed is what
 * accounting lacks. Reads the open orders alone (topup_orders_open_idx), however many there ever were.
 */
export function orderAgeGauge(database: DataSource, clock: Clock): Gauge {
  return {
    name: 'order_oldest_age_seconds',
    description: 'Seconds for which the oldest order of a status that is not final has been in it',
    label: 'status',
    async read() {
      const rows: { status: string; since: Date | null }[] = await database.query(
        `select status, min(case status
           when 'DRAFT' then created_at
           when 'PENDING_PAYMENT' then confirmed_at
           when 'PAID' then paid_at
           else (select max(event.at) from topup_order_events event
                 where event.order_id = open.id and event.to_status = 'PAYMENT_REVIEW') end) as since
         from topup_orders open where ${OPEN_ORDER} group by status`,
      );
      const now = clock.now().getTime();
      return new Map(rows.flatMap(({ status, since }) => (since ? [[status, (now - since.getTime()) / 1000]] : [])));
    },
  };
}
