import { type DataSource, In } from 'typeorm';
import type { OrderStatus } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';

export function orderNumbered(database: DataSource, number: string): Promise<TopupOrder | null> {
  return database.getRepository(TopupOrder).findOneBy({ number });
}

/** Returns the steps, oldest first. */
export function timelineOf(database: DataSource, orderId: string): Promise<TopupOrderEvent[]> {
  return database.getRepository(TopupOrderEvent).find({ where: { orderId }, order: { id: 'ASC' } });
}

export interface OrderFilter {
  /** The statuses to include; empty for all. */
  statuses: readonly OrderStatus[];
  organizationId: string | undefined;
  limit: number;
}

/** Returns the orders, newest first. */
export function listOrders(database: DataSource, filter: OrderFilter): Promise<TopupOrder[]> {
  const { statuses, organizationId, limit } = filter;
  return database.getRepository(TopupOrder).find({
    where: {
      ...(statuses.length > 0 && { status: In([...statuses]) }),
      ...(organizationId !== undefined && { organizationId }),
    },
    // Ids sort by time, and across organizations only their index is in that order.
    order: organizationId === undefined ? { id: 'DESC' } : { createdAt: 'DESC', id: 'DESC' },
    take: limit,
  });
}
