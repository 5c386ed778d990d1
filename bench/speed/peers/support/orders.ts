import DataLoader from 'dataloader';
import type { Database } from './database.ts';
import { countOrders, cursorOf, type OrderPage, type PageArgs, readPages } from './order-page.ts';
import {
  type EventRow,
  eventsOfOrders,
  type LineRow,
  linesOfOrders,
  type OrderRow,
  ordersWithIds,
} from './order-rows.ts';
import { canRead, perRequest, perRequestAndKey, type RequestContext, requireCaller } from './request.ts';
import { money } from './to-graphql.ts';

function byOrder<R extends { orderId: string }>(orderIds: readonly string[], rows: readonly R[]): R[][] {
  const found = Map.groupBy(rows, (row) => row.orderId);
  return orderIds.map((id) => found.get(id) ?? []);
}

export type Orders = ReturnType<typeof createOrders>;

/** Orders as one request reads them: each kind of thing in one statement, as at 7376654. */
export function createOrders(database: Database) {
  const orders = perRequest(
    (request) =>
      new DataLoader<string, OrderRow | null>(async (ids) => {
        const [rows] = await database.ask(request, ordersWithIds(ids));
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
      }),
  );
  const lines = perRequest(
    (request) =>
      new DataLoader<string, LineRow[]>(async (ids) => {
        const [rows] = await database.ask(request, linesOfOrders(ids));
        return byOrder(ids, rows);
      }),
  );
  const events = perRequest(
    (request) =>
      new DataLoader<string, EventRow[]>(async (ids) => {
        const [rows] = await database.ask(request, eventsOfOrders(ids));
        return byOrder(ids, rows);
      }),
  );
  const pages = perRequestAndKey(
    (request, args) =>
      new DataLoader<string, OrderPage>((ids) => readPages(database, request, ids, JSON.parse(args) as PageArgs)),
  );
  const counts = perRequestAndKey(
    (request, status) =>
      new DataLoader<string, number>((ids) => countOrders(database, request, ids, JSON.parse(status))),
  );
  return {
    async visible(request: RequestContext, orderId: string): Promise<OrderRow | null> {
      const caller = requireCaller(request);
      const order = await orders(request).load(orderId);
      return order !== null && canRead(caller, order.organizationId) ? order : null;
    },
    linesOf: (request: RequestContext, orderId: string) => lines(request).load(orderId),
    eventsOf: (request: RequestContext, orderId: string) => events(request).load(orderId),
    page: (request: RequestContext, organizationId: string, args: PageArgs) =>
      pages(request, JSON.stringify(args)).load(organizationId),
    count: (request: RequestContext, organizationId: string, status: PageArgs['status']) =>
      counts(request, JSON.stringify(status)).load(organizationId),
  };
}

export function toTopupOrder(row: OrderRow) {
  return {
    id: row.id,
    number: row.number,
    organization: { id: row.organizationId },
    status: row.status,
    topupTotal: money(row.topupTotal),
    excessTotal: money(row.excessTotal),
    total: money(row.total),
    quoteExpiresAt: row.quoteExpiresAt,
    paymentUrl: row.status === 'PENDING_PAYMENT' ? row.paymentUrl : null,
    paymentExpiresAt: row.paymentExpiresAt,
    createdAt: row.createdAt,
    confirmedAt: row.confirmedAt,
    paidAt: row.paidAt,
    completedAt: row.completedAt,
    paidInvoiceNumber: row.paidInvoiceNumber,
  };
}

export function toTopupOrderLine(row: LineRow) {
  const { id, kind, quotaCode, label, quantity, credits, unitPrice, amount, periodStart, periodEnd } = row;
  return {
    id,
    kind,
    quotaCode,
    label,
    quantity,
    credits,
    periodStart,
    periodEnd,
    unitPrice: money(unitPrice),
    amount: money(amount),
  };
}

export function toConnection(organizationId: string, args: PageArgs, { orders, hasNextPage }: OrderPage) {
  const edges = orders.map((order) => ({ cursor: cursorOf(order), node: toTopupOrder(order) }));
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: args.after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    counted: { organizationId, status: args.status },
  };
}
