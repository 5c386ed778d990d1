import type { DataSource } from 'typeorm';
import type { Clock } from '../../kernel/clock.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, sql } from '../../platform/database/sql.ts';
import type { Gauge } from '../../platform/telemetry/telemetry.ts';
import { AWAITS_PAYMENT, CREDITED, OPEN, QUOTED, UNDER_REVIEW } from '../rules/order-state.ts';

/** Counts open orders in the database, so that every replica reports the same. */
export function orderGauge(database: DataSource): Gauge {
  return {
    name: 'orders',
    description: 'Orders in a status that is not final',
    label: 'status',
    async read() {
      const rows = await runQuery(
        database,
        sql<{ status: string; count: bigint }>`
          select status, count(*) from topup_orders where status in (${oneOf(OPEN)}) group by status`,
      );
      return new Map(rows.map(({ status, count }) => [status, Number(count)]));
    },
  };
}

/**
 * Reports the age of the oldest order of each open status, since its creation, confirm, payment or review. For PAID
 * this is the delay of accounting. Reads open orders only (topup_orders_open_idx).
 */
export function orderAgeGauge(database: DataSource, clock: Clock): Gauge {
  return {
    name: 'order_oldest_age_seconds',
    description: 'Seconds that the oldest order of each status that is not final has spent in it',
    label: 'status',
    async read() {
      const rows = await runQuery(
        database,
        sql<{ status: string; since: Date | null }>`
          select status, min(case
            when status in (${oneOf(QUOTED)}) then created_at
            when status in (${oneOf(AWAITS_PAYMENT)}) then confirmed_at
            when status in (${oneOf(CREDITED)}) then paid_at
            else (select max(event.at) from topup_order_events event
                  where event.order_id = open.id and event.to_status in (${oneOf(UNDER_REVIEW)})
                    and event.from_status <> event.to_status) end) as since
          from topup_orders open where status in (${oneOf(OPEN)}) group by status`,
      );
      const now = clock.now().getTime();
      return new Map(rows.flatMap(({ status, since }) => (since ? [[status, (now - since.getTime()) / 1000]] : [])));
    },
  };
}
