import { type DataSource, type EntityManager, In, IsNull, Not } from 'typeorm';
import { approvalOf } from '../rules/approval.ts';
import { type EndCause, endCauseOf } from '../rules/end-cause.ts';
import { AWAITS_BOOKING, type OrderStatus, UNDER_REVIEW } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';

export function orderNumbered(database: DataSource, number: string): Promise<TopupOrder | null> {
  return database.getRepository(TopupOrder).findOneBy({ number });
}

/** Returns those of the orders that exist, by number. */
export async function ordersNumbered(
  database: DataSource,
  numbers: readonly string[],
): Promise<ReadonlyMap<string, TopupOrder>> {
  const orders = await database.getRepository(TopupOrder).findBy({ number: In([...numbers]) });
  return new Map(orders.map((order) => [order.number, order]));
}

/** Returns true if an operator accepted the order's payment as it was. */
export function isApproved(database: DataSource, orderId: string): Promise<boolean> {
  const approval = { orderId, from: In([...UNDER_REVIEW]), to: In([...AWAITS_BOOKING]), actor: Not(IsNull()) };
  return database.getRepository(TopupOrderEvent).existsBy(approval);
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

/** Returns the reason of the last move, if it ended an order that awaited its payment. */
export async function endOfOrder(database: DataSource, orderId: string): Promise<EndCause | undefined> {
  const steps = await timelineOf(database, orderId);
  return endCauseOf(steps.findLast(({ from, to }) => from !== to)?.cause);
}

/** The persons and words of a draft's approval; undefined if the order was not submitted, or has new prices since. */
export async function approvalOfOrder(database: DataSource, order: TopupOrder) {
  if (order.approvalState === null) return undefined;
  const { submitted, decided } = approvalOf(order, await timelineOf(database, order.id));
  const nameOf = (step: TopupOrderEvent | undefined) => step?.actorName ?? '';
  const persons = { requestedBy: nameOf(submitted), decidedBy: nameOf(decided) };
  return { ...persons, reason: decided?.reason ?? '', expiresAt: order.quoteExpiresAt };
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
