import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { isReadOnly } from './errors.ts';
import { runQuery } from './run-queries.ts';
import { sql } from './sql.ts';

/** A server that is silent for longer counts as down. */
const LONGEST_ANSWER_MS = 5000;

/** Fails with the code of a refused write, so that the pool drops the connections to this server (guard-pool.ts). */
const REFUSE_READ_ONLY = sql`do $$ begin
  if pg_is_in_recovery() or current_setting('transaction_read_only')::boolean then
    raise exception using errcode = 'read_only_sql_transaction', message = 'this server takes no writes';
  end if;
end $$`;

/** Asks whether the server behind these connections takes writes, which a standby and a demoted primary do not. */
export function askForWrites(database: DataSource): Promise<'up' | 'read_only' | 'down'> {
  const answer = runQuery(database, REFUSE_READ_ONLY).then(
    () => 'up' as const,
    (error: unknown) => (isReadOnly(error) ? 'read_only' : 'down'),
  );
  return Promise.race([answer, sleep(LONGEST_ANSWER_MS, 'down' as const, { ref: false })]);
}
