import DataLoader from 'dataloader';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../platform/server/request-context.ts';
import { type QuotaBalance, quotaBalance } from './graphql/quota-balance.type.ts';
import { byOrganization, type ExcessQuantities } from './rules/excess-quantities.ts';
import { balancesOf } from './store/balances.ts';
import { settledOf } from './store/entries.ts';

/** Loads the counters of all organizations of a request with one statement. */
export class BalancesLoader {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, ReadonlyMap<string, bigint>>(async (ids) => {
        const [rows] = await this.database.reads(request, balancesOf(ids));
        const rowsOf = Map.groupBy(rows, (row) => row.organizationId);
        return ids.map((id) => new Map((rowsOf.get(id) ?? []).map((row) => [row.quotaCode, row.balance])));
      }),
  );

  constructor(private readonly database: TenantDatabase) {}

  /** Maps quota codes to balances. A quota that was never credited has no entry. */
  ofOrganization(request: RequestContext, organizationId: string): Promise<ReadonlyMap<string, bigint>> {
    return this.loader(request).load(organizationId);
  }

  async ofCode(request: RequestContext, organizationId: string, code: string): Promise<QuotaBalance> {
    const balances = await this.ofOrganization(request, organizationId);
    return quotaBalance(organizationId, code, balances.get(code));
  }
}

/**
 * Loads the excess that past orders settled, per quota and period, with one statement for all organizations of a
 * request.
 */
export class SettledExcessLoader {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, ExcessQuantities>(async (ids) => {
        const [rows] = await this.database.reads(request, settledOf(ids));
        return byOrganization(ids, rows);
      }),
  );

  constructor(private readonly database: TenantDatabase) {}

  ofOrganization(request: RequestContext, organizationId: string): Promise<ExcessQuantities> {
    return this.loader(request).load(organizationId);
  }
}
