import { type DataSource, type EntityManager, In } from 'typeorm';
import type { OrderStatus } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';

export function orderNumbered(database: DataSource, number: string): Promise<TopupOrder | null> {
  return database.getRepository(TopupOrder).findOneBy({ number });
}

/** Returns undefined if there is no such order. */
export async function orderNumberOf(database: DataSource, id: string): Promise<string | undefined> {
  return (await database.getRepository(TopupOrder).findOne({ select: { number: true }, where: { id } }))?.number;
}

/** Returns the number of an order with this paid PI. It reads all orders: a command's question, not a request's. */
export async function orderWithPi(tx: EntityManager, paidInvoiceNumber: string): Promise<string | undefined> {
  return (await tx.findOne(TopupOrder, { select: { number: true }, where: { paidInvoiceNumber } }))?.number;
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
