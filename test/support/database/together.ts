import pg from 'pg';
import { until } from '../app/purchase.ts';
import type { TestDatabase } from './database.ts';

/** Runs the calls while the order's row is locked, and lets go once all of them wait for it: they meet at the row. */
export async function together<T>(db: TestDatabase, orderId: string, ...calls: (() => Promise<T>)[]): Promise<T[]> {
  const holder = new pg.Client({ connectionString: db.url });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('select from topup_orders where id = $1 for update', [orderId]);
    const running = Promise.all(calls.map((call) => call()));
    const waiting = () =>
      db.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    await until(waiting, ({ length }) => length === calls.length);
    await holder.query('commit');
    return await running;
  } finally {
    await holder.end();
  }
}
