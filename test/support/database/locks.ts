import type { TestDatabase } from './database.ts';

/**
 * Returns the locks on a table, in the queue or held, for which `condition` is true. Test databases are copies of one template, in
 * which the table has the same oid: those of other databases are left out.
 */
export function locksOn(db: TestDatabase, table: string, condition: string): Promise<{ pid: number }[]> {
  return db.query(`select pid from pg_locks where relation = '${table}'::regclass and ${condition}
    and database = (select oid from pg_database where datname = current_database())`);
}
