import type { Services } from '../../../src/app/services.ts';
import { toConnection, toTopupOrderLine } from '../../../src/orders/graphql/to-graphql.ts';
import { pageArgs } from '../../../src/orders/rules/page.ts';
import { organizationToRead } from '../../../src/organizations/index.ts';
import type { RequestContext } from '../../../src/platform/server/request-context.ts';
import { type Organization, requireRead } from './access.ts';

type PageArgs = Parameters<typeof pageArgs>[0];
type Connection = ReturnType<typeof toConnection>;

/** Reading orders: pages, their lines and timelines, each by its loader. */
export function createOrderResolvers(orders: Services['orders']) {
  async function pageOf(request: RequestContext, organizationId: string, args: PageArgs) {
    const page = pageArgs(args);
    return toConnection(organizationId, page, await orders.page(request, organizationId, page));
  }

  return {
    Query: {
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
        totalCount: ({ countArgs }: Connection, _args: unknown, request: RequestContext) =>
          orders.count(request, countArgs.organizationId, countArgs.status),
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
