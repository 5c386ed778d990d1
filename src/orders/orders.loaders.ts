import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import { canRead, requireCaller } from '../organizations/index.ts';
import { perRequest, perRequestAndKey, type RequestContext } from '../platform/request-context.ts';
import { countOrders, type OrderPage, type PageArgs, readPages } from './order-page.ts';
import { eventsByOrders, linesByOrders, ordersByIds } from './orders.reader.ts';
import type { TopupOrder } from './topup-order.entity.ts';
import type { TopupOrderEvent } from './topup-order-event.entity.ts';
import type { TopupOrderLine } from './topup-order-line.entity.ts';

/** Orders as one request reads them: each kind of thing in one statement, however many orders or organizations ask. */
export class OrdersLoaders {
  private readonly orders = perRequest(
    () => new DataLoader<string, TopupOrder | null>((ids) => ordersByIds(this.database, ids)),
  );
  private readonly lines = perRequest(
    () => new DataLoader<string, TopupOrderLine[]>((ids) => linesByOrders(this.database, ids)),
  );
  private readonly events = perRequest(
    () => new DataLoader<string, TopupOrderEvent[]>((ids) => eventsByOrders(this.database, ids)),
  );
  private readonly pages = perRequestAndKey(
    (_request, args) =>
      new DataLoader<string, OrderPage>((ids) => readPages(this.database, ids, JSON.parse(args) as PageArgs)),
  );
  private readonly counts = perRequestAndKey(
    (_request, status) => new DataLoader<string, number>((ids) => countOrders(this.database, ids, JSON.parse(status))),
  );

  constructor(private readonly database: DataSource) {}

  /** null for what the caller may not see, as for what does not exist. */
  async visible(request: RequestContext, orderId: string): Promise<TopupOrder | null> {
    const caller = requireCaller(request);
    const order = await this.orders(request).load(orderId);
    return order !== null && canRead(caller, order.organizationId) ? order : null;
  }

  /** After a mutation: what the request read of the order before is not so any more. */
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

  count(request: RequestContext, organizationId: string, status: PageArgs['status']): Promise<number> {
    return this.counts(request, JSON.stringify(status)).load(organizationId);
  }
}
