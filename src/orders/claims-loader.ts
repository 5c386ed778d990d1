import DataLoader from 'dataloader';
import type { Claims } from '../excess-usage/index.ts';
import type { Clock } from '../kernel/clock.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import { type ClaimedLine, claimedLines } from './store/taken-excess.ts';

/** Loads the claimed excess of all organizations of a request with one statement. */
export class ClaimsLoader implements Claims {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, readonly ClaimedLine[]>(async (ids) => {
        const [rows] = await this.database.reads(request, claimedLines(ids, this.clock.now()));
        const rowsOf = Map.groupBy(rows, (row) => row.organizationId);
        return ids.map((id) => rowsOf.get(id) ?? []);
      }),
  );

  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  ofOrganization(request: RequestContext, organizationId: string): Promise<readonly ClaimedLine[]> {
    return this.loader(request).load(organizationId);
  }
}
