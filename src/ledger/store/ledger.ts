import DataLoader from 'dataloader';
import type { DataSource, EntityManager } from 'typeorm';
import { newId } from '../../kernel/ids.ts';
import { send } from '../../platform/database/send.ts';
import { call, statement } from '../../platform/database/statement.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { perRequest, type RequestContext } from '../../platform/server/request-context.ts';
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
      new DataLoader<string, SettledExcess>(async (ids) => {
        const [rows] = await this.database.ask(request, call(SETTLED, ids));
        return byOrganization(ids, rows);
      }),
  );

  constructor(private readonly database: TenantDatabase) {}

  ofOrganization(request: RequestContext, organizationId: string): Promise<SettledExcess> {
    return this.loader(request).load(organizationId);
  }
}

interface SettledRow {
  organizationId: string;
  code: string;
  period: string;
  quantity: bigint;
}

const SETTLED = statement<SettledRow>(
  `select organization_id as "organizationId", quota_code as code, period, sum(quantity)::bigint as quantity
   from quota_ledger_entries where organization_id = any($1) and kind = 'EXCESS_SETTLEMENT'
   group by organization_id, quota_code, period`,
);

/** In the order of the ids. */
export async function settledExcess(
  database: DataSource | EntityManager,
  organizationIds: readonly string[],
): Promise<SettledExcess[]> {
  return byOrganization(organizationIds, await send(database, call(SETTLED, organizationIds)));
}

function byOrganization(organizationIds: readonly string[], rows: readonly SettledRow[]): SettledExcess[] {
  const found = Map.groupBy(rows, (row) => row.organizationId);
  return organizationIds.map(
    (id) => new Map((found.get(id) ?? []).map((row) => [excessKey(row.code, row.period), row.quantity])),
  );
}
