import { type Organization, requireRead } from './access.ts';
import { pageArgs } from './support/order-page.ts';
import { type Orders, toConnection, toTopupOrder, toTopupOrderLine } from './support/orders.ts';
import { organizationToRead, type RequestContext } from './support/request.ts';

type PageArgs = Parameters<typeof pageArgs>[0];
type Connection = ReturnType<typeof toConnection>;

/** Reading orders: one, or pages; their lines and timelines each by its loader. */
export function createOrderResolvers(orders: Orders) {
  async function pageOf(request: RequestContext, organizationId: string, args: PageArgs) {
    const page = pageArgs(args);
    return toConnection(organizationId, page, await orders.page(request, organizationId, page));
  }

  return {
    Query: {
      async topupOrder(_root: unknown, { id }: { id: string }, request: RequestContext) {
        requireRead(request);
        const order = await orders.visible(request, id);
        return order === null ? null : toTopupOrder(order);
      },
      topupOrders(_root: unknown, args: PageArgs & { organizationId?: string }, request: RequestContext) {
        requireRead(request);
        return pageOf(request, organizationToRead(request, args.organizationId), args);
      },
    },
    Organization: {
      topupOrders({ id }: Organization, args: PageArgs, request: RequestContext) {
        requireRead(request);
        return pageOf(request, id, args);
      },
    },
    types: {
      TopupOrderConnection: {
        totalCount: ({ counted }: Connection, _args: unknown, request: RequestContext) =>
          orders.count(request, counted.organizationId, counted.status),
      },
      TopupOrder: {
        lines: async ({ id }: { id: string }, _args: unknown, request: RequestContext) =>
          (await orders.linesOf(request, id)).map(toTopupOrderLine),
        timeline: ({ id }: { id: string }, _args: unknown, request: RequestContext) => orders.eventsOf(request, id),
      },
      TopupOrderLine: {
        code: ({ quotaCode }: { quotaCode: string }) => quotaCode,
      },
    },
  };
}
