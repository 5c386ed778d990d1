import type { DataSource, EntityManager } from 'typeorm';
import { isId } from '../../kernel/ids.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { send } from '../../platform/database/send.ts';
import { call, statement } from '../../platform/database/statement.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

type Database = DataSource | EntityManager;

const ORDERS = statement<TopupOrder>(
  `select ${columnsOf(TopupOrder, 'o')} from topup_orders o where o.id = any($1::uuid[])`,
);
const ORDER_OF_ORGANIZATION = statement<TopupOrder>(
  `select ${columnsOf(TopupOrder, 'o')} from topup_orders o where o.id = any($1::uuid[]) and o.organization_id = $2`,
);
const LINES = statement<TopupOrderLine>(
  `select ${columnsOf(TopupOrderLine, 'l')} from topup_order_lines l where l.order_id = any($1::uuid[]) order by l.position`,
);
const EVENTS = statement<TopupOrderEvent>(
  `select ${columnsOf(TopupOrderEvent, 'e')} from topup_order_events e where e.order_id = any($1::uuid[]) order by e.id`,
);

/** What is no id is nobody's, and would be an error to PostgreSQL. */
export const ordersWithIds = (ids: readonly string[]) => call(ORDERS, ids.filter(isId));
/** Another organization's order is found no more than one that does not exist. */
export const orderWithin = (organizationId: string, id: string) =>
  call(ORDER_OF_ORGANIZATION, [id].filter(isId), organizationId);
export const linesOfOrders = (orderIds: readonly string[]) => call(LINES, orderIds.filter(isId));
export const eventsOfOrders = (orderIds: readonly string[]) => call(EVENTS, orderIds);

/** For those who hold an id of ours already. */
export async function orderById(database: Database, id: string): Promise<TopupOrder> {
  return theOrder(await send(database, ordersWithIds([id])), id);
}

export function theOrder([order]: readonly TopupOrder[], id: string): TopupOrder {
  if (order === undefined) throw new Error(`there is no order ${id}`);
  return order;
}

export function linesOfOrder(database: Database, orderId: string): Promise<TopupOrderLine[]> {
  return send(database, linesOfOrders([orderId]));
}

export async function orderOfOrganization(
  database: TenantDatabase,
  request: RequestContext,
  organizationId: string,
  id: string,
): Promise<TopupOrder | undefined> {
  const [[order]] = await database.ask(request, orderWithin(organizationId, id));
  return order;
}
