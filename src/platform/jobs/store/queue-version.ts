import type { Pool } from 'pg';
import { sql } from '../../database/sql.ts';

/** Returns the number of the queue's last migration that earlier versions of the library cannot work with; 0 for none. */
export async function lastBreakingMigration(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    sql`select coalesce(max(id), 0)::int as id from graphile_worker.migrations where breaking`,
  );
  return rows[0]?.id ?? 0;
}
