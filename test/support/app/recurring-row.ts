import type { TestDatabase } from '../database/database.ts';
import { until } from './purchase.ts';

/** The row of a recurring job. Times are milliseconds of the database's clock. */
export interface RecurringRow {
  id: string;
  task: string;
  attempts: number;
  priority: number;
  revision: number;
  lastError: string | null;
  lockedBy: string | null;
  /** The start of the run in flight. */
  startedAt: number | null;
  runAt: number;
  now: number;
}

const ms = (time: string) => `(1000 * extract(epoch from ${time}))::float8`;

/** The rows with this key: one in a healthy queue. */
export function recurringRows(db: TestDatabase, name: string): Promise<RecurringRow[]> {
  return db.query<RecurringRow>(
    `select id::text, task_identifier as task, attempts, priority, revision, last_error as "lastError",
            locked_by as "lockedBy", ${ms('locked_at')} as "startedAt", ${ms('run_at')} as "runAt", ${ms('now()')} as now
     from graphile_worker.jobs where key = $1`,
    [name],
  );
}

/** Waits until the row exists and is ready. */
export async function untilRow(
  db: TestDatabase,
  name: string,
  isReady: (row: RecurringRow) => boolean,
): Promise<RecurringRow> {
  const [row] = await until(
    () => recurringRows(db, name),
    (rows) => rows.some(isReady),
  );
  return row as RecurringRow;
}

export const untilRunning = (db: TestDatabase, name: string) => untilRow(db, name, ({ lockedBy }) => lockedBy !== null);

/** Ages the run in flight: its start and its worker's heartbeat move back by this time. */
export async function ageRun(db: TestDatabase, name: string, interval: string): Promise<void> {
  await db.query(
    `update job_workers set seen_at = seen_at - $2::interval
     where worker_id = (select locked_by from graphile_worker.jobs where key = $1)`,
    [name, interval],
  );
  await db.query(
    `update graphile_worker._private_jobs set locked_at = locked_at - $2::interval where key = $1 and locked_at is not null`,
    [name, interval],
  );
}
