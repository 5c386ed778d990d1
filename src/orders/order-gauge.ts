import type { DataSource } from 'typeorm';
import type { Gauge } from '../platform/telemetry.ts';
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
