import { type DataSource, type EntityManager, In } from 'typeorm';
import { newId } from '../../kernel/ids.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, type Sql, sql } from '../../platform/database/sql.ts';
import { byOrganization, type ExcessQuantities, type SettlementRow } from '../rules/excess-quantities.ts';
import { type LedgerKind, QuotaLedgerEntry } from './quota-ledger-entry.entity.ts';

export interface NewEntry {
  organizationId: string;
  orderLineId: string;
  quotaCode: string;
  kind: LedgerKind;
  /** Units; negative for a refund. */
  quantity: bigint;
  /** hub-core's billing period; only a settlement has one. */
  period: string | null;
}

const insertEntries = insertInto(QuotaLedgerEntry);

/**
 * Inserts the entries of an order's lines, if `onlyIf` holds. A second entry of a line fails on
 * quota_ledger_entries_line_kind_key. Inserts by quota code, so that two orders of one organization lock its counters
 * in the same order and cannot deadlock.
 */
export function ledgerInsert(entries: readonly NewEntry[], at: Date, onlyIf?: Sql): Query {
  const rows = entries.map((entry) => ({ id: newId(), ...entry, createdAt: at }));
  return insertEntries(rows, { onlyIf, orderBy: 'quotaCode' });
}

export async function enterEntries(tx: EntityManager, entries: readonly NewEntry[], at: Date): Promise<void> {
  await runQuery(tx, ledgerInsert(entries, at));
}

/** Selects settled excess, one row per entry: code, period, quantity. */
export const settlementsOf = (organizationId: string): Sql => sql`
  select quota_code as code, period, quantity from quota_ledger_entries
  where organization_id = ${organizationId} and kind = 'EXCESS_SETTLEMENT'`;

/** Selects settled excess per organization, quota and period. */
export const settledOf = (organizationIds: readonly string[]): Query<SettlementRow> => sql<SettlementRow>`
  select organization_id as "organizationId", quota_code as code, period, sum(quantity)::bigint as quantity
  from quota_ledger_entries where organization_id = any(${organizationIds}) and kind = 'EXCESS_SETTLEMENT'
  group by organization_id, quota_code, period`;

/** Returns one map per id, in the order of the ids. */
export async function settledExcess(
  database: DataSource | EntityManager,
  organizationIds: readonly string[],
): Promise<ExcessQuantities[]> {
  return byOrganization(organizationIds, await runQuery(database, settledOf(organizationIds)));
}

/** Returns true if quota of one of these lines was taken back. */
export function hasRefundEntry(database: DataSource, lineIds: readonly string[]): Promise<boolean> {
  const kind = 'REFUND';
  return database.getRepository(QuotaLedgerEntry).existsBy({ orderLineId: In([...lineIds]), kind });
}

/** Selects the credits and settlements of order lines, without refunds. */
export const creditsOfLines = (lineIds: readonly string[]): Query<QuotaLedgerEntry> => sql<QuotaLedgerEntry>`
  select ${columnsOf(QuotaLedgerEntry, 'entry')} from quota_ledger_entries entry
  where entry.order_line_id = any(${lineIds}::uuid[]) and entry.kind <> 'REFUND'`;

/** Returns the entries, oldest first. */
export function entriesOfLines(database: DataSource, lineIds: readonly string[]): Promise<QuotaLedgerEntry[]> {
  return database
    .getRepository(QuotaLedgerEntry)
    .find({ where: { orderLineId: In([...lineIds]) }, order: { createdAt: 'ASC', quotaCode: 'ASC' } });
}
