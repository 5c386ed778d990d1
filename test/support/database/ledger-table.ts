import type { TestDatabase } from './database.ts';

/**
 * The ledger, or one organization's, as a table that finance could read, oldest first; order numbers are left out, because
 * they are random.
 */
export async function ledgerTable(db: TestDatabase, organizationId?: string): Promise<string> {
  const rows = await db.query<Record<string, string | null>>(
    `select entry.organization_id as organization, entry.quota_code as quota, entry.kind, entry.quantity::text,
            coalesce(entry.period, '') as period, line.unit_price::text as unit_price, line.amount::text
     from quota_ledger_entries entry join topup_order_lines line on line.id = entry.order_line_id
     where $1::text is null or entry.organization_id = $1
     order by entry.created_at, entry.organization_id, entry.quota_code, entry.kind`,
    [organizationId ?? null],
  );
  const columns = ['organization', 'quota', 'kind', 'quantity', 'period', 'unit_price', 'amount'];
  const table = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
  const widths = columns.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join(' | ')
        .trimEnd(),
    )
    .join('\n');
}
