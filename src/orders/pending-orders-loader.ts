import DataLoader from 'dataloader';
import type { Clock } from '../kernel/clock.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import { type PendingOrder, pendingOrders } from './store/pending-orders.ts';

/** Loads the orders that await their payment, by quota, of all organizations of a request with one statement. */
export class PendingOrdersLoader {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, readonly PendingOrder[]>(async (ids) => {
        const [rows] = await this.database.reads(request, pendingOrders(ids, this.clock.now()));
        const rowsOf = Map.groupBy(rows, (row) => row.organizationId);
        return ids.map((id) => rowsOf.get(id) ?? []);
      }),
  );

  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** The latest of them that tops up the quota. */
  async ofCode(request: RequestContext, organizationId: string, code: string): Promise<PendingOrder | undefined> {
    return (await this.loader(request).load(organizationId)).find((order) => order.quotaCode === code);
  }
}
