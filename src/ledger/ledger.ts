import DataLoader from 'dataloader';
import { type EntityManager, In } from 'typeorm';
import { newId } from '../kernel/ids.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../platform/request-context.ts';
import { type LedgerKind, QuotaLedgerEntry } from './quota-ledger-entry.entity.ts';

export interface NewEntry {
  organizationId: string;
  orderLineId: string;
  quotaCode: string;
  kind: LedgerKind;
  quantity: bigint;
  period: string | null;
}

/**
 * Enters what an order's lines credit, settle or give back, as part of the transaction that decides it. Entering a line twice fails on
 * quota_ledger_entries_line_kind_key. Entries go in by quota code, so that two orders of one organization take the
 * counters' row locks in the same order and cannot deadlock.
 */
export async function enterLines(tx: EntityManager, entries: readonly NewEntry[], at: Date): Promise<void> {
  const byCode = [...entries].sort((a, b) => (a.quotaCode < b.quotaCode ? -1 : 1));
  await tx.insert(
    QuotaLedgerEntry,
    byCode.map((entry) => ({ ...entry, id: newId(), createdAt: at })),
  );
}

/** "code period" → quantity settled. */
export type SettledExcess = ReadonlyMap<string, bigint>;

export const excessKey = (code: string, period: string) => `${code} ${period}`;

/** What was settled of past excess, per quota and period; one statement for all organizations of a request. */
export class SettledExcessLoader {
  private readonly loader = perRequest(
    (request) =>
      new DataLoader<string, SettledExcess>((ids) => this.database.read(request, (tx) => settledExcess(tx, ids))),
  );

  constructor(private readonly database: TenantDatabase) {}

  ofOrganization(request: RequestContext, organizationId: string): Promise<SettledExcess> {
    return this.loader(request).load(organizationId);
  }
}

/** In the order of the ids. */
export async function settledExcess(
  database: Pick<EntityManager, 'getRepository'>,
  organizationIds: readonly string[],
): Promise<SettledExcess[]> {
  const rows: { organizationId: string; code: string; period: string; quantity: string }[] = await database
    .getRepository(QuotaLedgerEntry)
    .createQueryBuilder('entry')
    .select('entry.organizationId', 'organizationId')
    .addSelect('entry.quotaCode', 'code')
    .addSelect('entry.period', 'period')
    .addSelect('sum(entry.quantity)', 'quantity')
    .where({ organizationId: In([...organizationIds]), kind: 'EXCESS_SETTLEMENT' })
    .groupBy('entry.organizationId, entry.quotaCode, entry.period')
    .getRawMany();
  const byOrganization = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map(
    (id) =>
      new Map((byOrganization.get(id) ?? []).map((row) => [excessKey(row.code, row.period), BigInt(row.quantity)])),
  );
}
