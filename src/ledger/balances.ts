import DataLoader from 'dataloader';
import { type EntityManager, In } from 'typeorm';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../platform/request-context.ts';
import { OrganizationPackage } from './organization-package.entity.ts';
import type { QuotaBalance } from './quota-balance.type.ts';

/** Counters, read for all organizations of a request in one statement. */
export class BalancesLoader {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, ReadonlyMap<string, bigint>>((ids) =>
        this.database.read(request, (tx) => readBalances(tx, ids)),
      ),
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

async function readBalances(tx: EntityManager, organizationIds: readonly string[]) {
  const rows = await tx.find(OrganizationPackage, {
    where: { organizationId: In([...organizationIds]) },
    order: { quotaCode: 'ASC' },
  });
  const byOrganization = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map(
    (id) => new Map((byOrganization.get(id) ?? []).map((row) => [row.quotaCode, row.balance])),
  );
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
