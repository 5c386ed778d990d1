import type { DataSource } from 'typeorm';
import { isId } from '../../kernel/ids.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';

/** The channel on which a trigger announces the id of a changed order. */
export const ORDER_CHANGED = 'topup_order_changed';

/** Returns when each of these orders changed last. Drops texts that are no UUIDs: one would fail the check of all orders. */
export async function changesOf(database: DataSource, ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
  const rows = await runQuery(
    database,
    sql<{ id: string; changedAt: Date }>`
      select id, changed_at as "changedAt" from topup_orders where id = any(${ids.filter(isId)}::uuid[])`,
  );
  return new Map(rows.map(({ id, changedAt }) => [id, changedAt]));
}
