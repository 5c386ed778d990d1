import DataLoader from 'dataloader';
import { canRead, requireCaller } from '../../organizations/index.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { perRequest, perRequestAndKey, type RequestContext } from '../../platform/server/request-context.ts';
import type { OrderFilter, PageArgs } from '../rules/page.ts';
import { countOrders, type OrderPage, readPages } from '../store/order-page.ts';
import { eventsOfOrders, linesOfOrders, ordersWithIds, orderWithNumber } from '../store/orders.ts';
import type { TopupOrder } from '../store/topup-order.entity.ts';
import type { TopupOrderEvent } from '../store/topup-order-event.entity.ts';
import type { TopupOrderLine } from '../store/topup-order-line.entity.ts';

function byOrder<R extends { orderId: string }>(orderIds: readonly string[], rows: readonly R[]): R[][] {
  const rowsOf = Map.groupBy(rows, (row) => row.orderId);
  return orderIds.map((id) => rowsOf.get(id) ?? []);
}

/** Loads the orders of one request: one statement per kind of row, for any number of orders and organizations. */
export class OrdersLoaders {
  private readonly orders = perRequest(
    (request) =>
      new DataLoader<string, TopupOrder | null>(async (ids) => {
        const [rows] = await this.database.reads(request, ordersWithIds(ids));
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
      }),
  );
  private readonly lines = perRequest(
    (request) =>
      new DataLoader<string, TopupOrderLine[]>(async (ids) => {
        const [rows] = await this.database.reads(request, linesOfOrders(ids));
        return byOrder(ids, rows);
      }),
  );
  private readonly events = perRequest(
    (request) =>
      new DataLoader<string, TopupOrderEvent[]>(async (ids) => {
        const [rows] = await this.database.reads(request, eventsOfOrders(ids));
        return byOrder(ids, rows);
      }),
  );
  private readonly pages = perRequestAndKey(
    (request, args) =>
      new DataLoader<string, OrderPage>((ids) => readPages(this.database, request, ids, JSON.parse(args) as PageArgs)),
  );
  private readonly counts = perRequestAndKey(
    (request, filter) =>
      new DataLoader<string, number>((ids) =>
        countOrders(this.database, request, ids, JSON.parse(filter) as OrderFilter),
      ),
  );

  constructor(private readonly database: TenantDatabase) {}

  /** Returns null for an order that the caller may not see, as for one that does not exist. */
  async visible(request: RequestContext, orderId: string): Promise<TopupOrder | null> {
    const caller = requireCaller(request);
    const order = await this.orders(request).load(orderId);
    return order !== null && canRead(caller, order.organizationId) ? order : null;
  }

  /** Reads an order that a mutation has answered: its caller need not have a scope to read. Row security shows the own ones alone. */
  current(request: RequestContext, orderId: string): Promise<TopupOrder | null> {
    return this.orders(request).load(orderId);
  }

  /** Like visible(), by the order's number. */
  async visibleByNumber(request: RequestContext, number: string): Promise<TopupOrder | null> {
    const caller = requireCaller(request);
    const [[order]] = await this.database.reads(request, orderWithNumber(number));
    return order !== undefined && canRead(caller, order.organizationId) ? order : null;
  }

  /** Drops what the request has loaded of the order, which a mutation has made stale. */
  forget(request: RequestContext, orderId: string): void {
    this.orders(request).clear(orderId);
    this.lines(request).clear(orderId);
    this.events(request).clear(orderId);
  }

  linesOf(request: RequestContext, orderId: string): Promise<TopupOrderLine[]> {
    return this.lines(request).load(orderId);
  }

  eventsOf(request: RequestContext, orderId: string): Promise<TopupOrderEvent[]> {
    return this.events(request).load(orderId);
  }

  page(request: RequestContext, organizationId: string, args: PageArgs): Promise<OrderPage> {
    return this.pages(request, JSON.stringify(args)).load(organizationId);
  }

  count(request: RequestContext, organizationId: string, filter: OrderFilter): Promise<number> {
    return this.counts(request, JSON.stringify(filter)).load(organizationId);
  }
}
