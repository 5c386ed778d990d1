import DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import { call, statement } from '../../platform/database/statement.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../../platform/server/request-context.ts';
import type { QuotaBalance } from '../graphql/quota-balance.type.ts';
import { OrganizationPackage } from './organization-package.entity.ts';

const BALANCES = statement<Pick<OrganizationPackage, 'organizationId' | 'quotaCode' | 'balance'>>(
  `select organization_id as "organizationId", quota_code as "quotaCode", balance
   from organization_packages where organization_id = any($1) order by quota_code`,
);

/** Counters, read for all organizations of a request in one statement. */
export class BalancesLoader {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, ReadonlyMap<string, bigint>>(async (ids) => {
        const [rows] = await this.database.ask(request, call(BALANCES, ids));
        const found = Map.groupBy(rows, (row) => row.organizationId);
        return ids.map((id) => new Map((found.get(id) ?? []).map((row) => [row.quotaCode, row.balance])));
      }),
  );

  constructor(private readonly database: TenantDatabase) {}

  /** By quota code; a quota that was never credited is not in it. */
  ofOrganization(request: RequestContext, organizationId: string): Promise<ReadonlyMap<string, bigint>> {
    return this.loader(request).load(organizationId);
  }

  async ofCode(request: RequestContext, organizationId: string, code: string): Promise<QuotaBalance> {
    const balances = await this.ofOrganization(request, organizationId);
    return { code, balance: balances.get(code) ?? 0n };
  }
}

/** The counters of an organization, locked until the transaction ends, in the order in which the ledger locks them. */
export async function lockBalances(tx: EntityManager, organizationId: string): Promise<ReadonlyMap<string, bigint>> {
  const rows = await tx.find(OrganizationPackage, {
    where: { organizationId },
    order: { quotaCode: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  return new Map(rows.map((row) => [row.quotaCode, row.balance]));
}
