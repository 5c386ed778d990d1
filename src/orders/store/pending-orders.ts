import { columnsOf } from '../../platform/database/columns.ts';
import { type Query, sql } from '../../platform/database/sql.ts';
import { ordersThatAwaitPayment } from './open-orders.ts';
import { TopupOrder } from './topup-order.entity.ts';

export interface PendingOrder extends TopupOrder {
  /** A quota that it tops up: an order has a row for each. */
  quotaCode: string;
}

/** Selects the orders that await their payment, with each quota that they top up; the latest first. */
export const pendingOrders = (organizationIds: readonly string[], now: Date): Query<PendingOrder> => sql<PendingOrder>`
  select line.quota_code as "quotaCode", ${columnsOf(TopupOrder, 'o')}
  from ${ordersThatAwaitPayment(organizationIds, now)} join topup_order_lines line on line.order_id = o.id
  where line.kind = 'TOPUP'
  order by o.confirmed_at desc, o.id desc`;
