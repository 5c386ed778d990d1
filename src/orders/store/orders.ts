import type { DataSource, EntityManager } from 'typeorm';
import { isId } from '../../kernel/ids.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, type Sql, sql } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

type Database = DataSource | EntityManager;

const ORDER = columnsOf(TopupOrder, 'o');
const LINE = columnsOf(TopupOrderLine, 'line');
const EVENT = columnsOf(TopupOrderEvent, 'event');

/** Drops texts that are not UUIDs: PostgreSQL would fail on them, and no order has such an id. */
export const ordersWithIds = (ids: readonly string[]): Query<TopupOrder> =>
  sql<TopupOrder>`select ${ORDER} from topup_orders o where o.id = any(${ids.filter(isId)}::uuid[])`;

/** Selects an order of the organization. Another organization's order looks like one that does not exist. */
export const orderWithin = (organizationId: string, id: string): Query<TopupOrder> => sql<TopupOrder>`
  select ${ORDER} from topup_orders o
  where o.id = any(${[id].filter(isId)}::uuid[]) and o.organization_id = ${organizationId}`;

export const linesOfOrders = (orderIds: readonly string[]): Query<TopupOrderLine> => sql<TopupOrderLine>`
  select ${LINE} from topup_order_lines line
  where line.order_id = any(${orderIds.filter(isId)}::uuid[]) order by line.position`;

export const eventsOfOrders = (orderIds: readonly string[]): Query<TopupOrderEvent> => sql<TopupOrderEvent>`
  select ${EVENT} from topup_order_events event
  where event.order_id = any(${orderIds.filter(isId)}::uuid[]) order by event.id`;

export const orderWithNumber = (number: string): Query<TopupOrder> =>
  sql<TopupOrder>`select ${ORDER} from topup_orders o where o.number = ${number}`;

/** Selects an order, and beside it columns of another feature's tables, which refer to the order as `o`. */
export const orderOfNumber = <B extends object>(number: string, beside: Query<B>): Query<TopupOrder & B> =>
  sql<TopupOrder & B>`select ${ORDER}, ${beside} from topup_orders o where o.number = ${number}`;

export const numberOfOrder = (id: Sql): Sql => sql`select number from topup_orders where id = (${id})`;

/** Selects the sum whose receipt settles an order (rules/payable.ts). */
export const payableOfOrder = (id: Sql): Sql => sql`select total - withheld_total from topup_orders where id = (${id})`;

/** Selects the order that has this invoice on its row: `id` and `number`. */
export const orderWithInvoice = (provider: string, invoiceId: Sql): Sql => sql`
  select id, number from topup_orders where payment_provider = ${provider} and payment_invoice_id = ${invoiceId}`;

export const linesOfNumber = (number: string): Query<TopupOrderLine> => sql<TopupOrderLine>`
  select ${LINE} from topup_order_lines line where line.order_id = (select id from topup_orders where number = ${number}) order by line.position`;

/** Selects the numbers of an organization's orders, for tables that refer to orders by number. */
export const numbersOfOrganization = (organizationId: string): Sql =>
  sql`select number from topup_orders where organization_id = ${organizationId}`;

/** Condition that the id is that of an order of the organization. */
export const isOrderOf = (organizationId: string, id: Sql): Sql =>
  sql`exists (select from topup_orders where id = ${id} and organization_id = ${organizationId})`;

/** Throws if there is no such order: the caller holds an id of ours. */
export async function orderById(database: Database, id: string): Promise<TopupOrder> {
  return theOrder(await runQuery(database, ordersWithIds([id])), id);
}

function theOrder([order]: readonly TopupOrder[], id: string): TopupOrder {
  if (order === undefined) throw new Error(`there is no order ${id}`);
  return order;
}

export function linesOfOrder(database: Database, orderId: string): Promise<TopupOrderLine[]> {
  return runQuery(database, linesOfOrders([orderId]));
}

export async function orderOfOrganization(
  database: TenantDatabase,
  request: RequestContext,
  organizationId: string,
  id: string,
): Promise<TopupOrder | undefined> {
  const [[order]] = await database.reads(request, orderWithin(organizationId, id));
  return order;
}

/** Reads the order as the caller sees it now. */
export async function currentOrder(database: TenantDatabase, request: RequestContext, id: string): Promise<TopupOrder> {
  const [found] = await database.reads(request, ordersWithIds([id]));
  return theOrder(found, id);
}

/** Locks the order's row until the transaction ends. Concurrent moves of the order wait. */
export async function lockOrder(
  tx: EntityManager,
  by: { id: string } | { number: string },
): Promise<TopupOrder | undefined> {
  const where = 'id' in by ? sql`o.id = ${by.id}` : sql`o.number = ${by.number}`;
  const [order] = await runQuery(tx, sql<TopupOrder>`select ${ORDER} from topup_orders o where ${where} for update`);
  return order;
}

/** Locks a draft; undefined if its status, quote or approval is no longer the one that was read. */
export async function lockDraft(tx: EntityManager, order: TopupOrder): Promise<TopupOrder | undefined> {
  const locked = await lockOrder(tx, { id: order.id });
  const isUnchanged =
    locked?.status === 'DRAFT' &&
    locked.total === order.total &&
    locked.quoteExpiresAt.getTime() === order.quoteExpiresAt.getTime() &&
    locked.approvalState === order.approvalState;
  return isUnchanged ? locked : undefined;
}
