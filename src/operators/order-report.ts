import { type DataSource, In } from 'typeorm';
import { OrderMailDelivery } from '../fulfilment/index.ts';
import { QuotaLedgerEntry } from '../ledger/index.ts';
import { linesOfOrder, type OrderStatus, TopupOrder, TopupOrderEvent, type TopupOrderLine } from '../orders/index.ts';
import { PaymentEvent } from '../payments/index.ts';
import { jobsOfOrder, type OrderJob } from './jobs-of-order.ts';
import { noSuchOrder } from './locked-order.ts';

/** Everything that is stored about one order, oldest first. */
export interface OrderReport {
  order: TopupOrder;
  lines: readonly TopupOrderLine[];
  timeline: readonly TopupOrderEvent[];
  payments: readonly PaymentEvent[];
  entries: readonly QuotaLedgerEntry[];
  mails: readonly OrderMailDelivery[];
  jobs: readonly OrderJob[];
}

export async function reportOrder(database: DataSource, orderNumber: string): Promise<OrderReport> {
  const order = await database.getRepository(TopupOrder).findOneBy({ number: orderNumber });
  if (order === null) throw noSuchOrder(orderNumber);
  const orderId = order.id;
  const lines = await linesOfOrder(database, orderId);
  const orderLineId = In(lines.map(({ id }) => id));
  return {
    order,
    lines,
    timeline: await database.getRepository(TopupOrderEvent).find({ where: { orderId }, order: { id: 'ASC' } }),
    payments: await database.getRepository(PaymentEvent).find({ where: { orderId }, order: { receivedAt: 'ASC' } }),
    entries: await database
      .getRepository(QuotaLedgerEntry)
      .find({ where: { orderLineId }, order: { createdAt: 'ASC', quotaCode: 'ASC' } }),
    mails: await database.getRepository(OrderMailDelivery).find({ where: { orderId }, order: { sentAt: 'ASC' } }),
    jobs: await jobsOfOrder(database, orderId),
  };
}

export interface OrderFilter {
  statuses: readonly OrderStatus[];
  organizationId: string | undefined;
  limit: number;
}

/** Newest first. */
export function listOrders(database: DataSource, filter: OrderFilter): Promise<TopupOrder[]> {
  const { statuses, organizationId, limit } = filter;
  return database.getRepository(TopupOrder).find({
    where: {
      ...(statuses.length > 0 && { status: In([...statuses]) }),
      ...(organizationId !== undefined && { organizationId }),
    },
    // Ids are in the order of time: of all organizations together they are the one index that is.
    order: organizationId === undefined ? { id: 'DESC' } : { createdAt: 'DESC', id: 'DESC' },
    take: limit,
  });
}
