import type { EntityManager } from 'typeorm';
import { type Query, sql } from '../../platform/database/sql.ts';
import { OrganizationPackage } from './organization-package.entity.ts';

export type BalanceRow = Pick<OrganizationPackage, 'organizationId' | 'quotaCode' | 'balance'>;

/** Selects the counters of organizations, by quota code. */
export const balancesOf = (organizationIds: readonly string[]): Query<BalanceRow> => sql<BalanceRow>`
  select organization_id as "organizationId", quota_code as "quotaCode", balance
  from organization_packages where organization_id = any(${organizationIds}) order by quota_code`;

/**
 * Locks an organization's counters until the transaction ends, in the order in which the ledger locks them. Returns the
 * balances by quota code.
 */
export async function lockBalances(tx: EntityManager, organizationId: string): Promise<ReadonlyMap<string, bigint>> {
  const rows = await tx.find(OrganizationPackage, {
    where: { organizationId },
    order: { quotaCode: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  return new Map(rows.map((row) => [row.quotaCode, row.balance]));
}
