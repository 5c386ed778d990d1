import { type DataSource, type EntityManager, In } from 'typeorm';
import { isId } from '../kernel/ids.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

type Database = DataSource | EntityManager;

/** For those who hold an id of ours already. */
export function orderById(database: Database, id: string): Promise<TopupOrder> {
  return database.getRepository(TopupOrder).findOneByOrFail({ id });
}

/** Another organization's order is found no more than one that does not exist. */
export async function orderOfOrganization(
  database: Database,
  organizationId: string,
  id: string,
): Promise<TopupOrder | undefined> {
  if (!isId(id)) return undefined;
  return (await database.getRepository(TopupOrder).findOneBy({ id, organizationId })) ?? undefined;
}

export function linesOfOrder(database: Database, orderId: string): Promise<TopupOrderLine[]> {
  return database.getRepository(TopupOrderLine).find({ where: { orderId }, order: { position: 'ASC' } });
}

/** For loaders: the answers stand in the order of the ids. */
export async function ordersByIds(database: Database, ids: readonly string[]): Promise<(TopupOrder | null)[]> {
  const rows = await database.getRepository(TopupOrder).findBy({ id: In(ids.filter(isId)) });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
}

export async function linesByOrders(database: Database, orderIds: readonly string[]): Promise<TopupOrderLine[][]> {
  const rows = await database
    .getRepository(TopupOrderLine)
    .find({ where: { orderId: In([...orderIds]) }, order: { position: 'ASC' } });
  const byOrder = Map.groupBy(rows, (row) => row.orderId);
  return orderIds.map((id) => byOrder.get(id) ?? []);
}

export async function eventsByOrders(database: Database, orderIds: readonly string[]): Promise<TopupOrderEvent[][]> {
  const rows = await database
    .getRepository(TopupOrderEvent)
    .find({ where: { orderId: In([...orderIds]) }, order: { id: 'ASC' } });
  const byOrder = Map.groupBy(rows, (row) => row.orderId);
  return orderIds.map((id) => byOrder.get(id) ?? []);
}
