import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { CHECKS } from './checks.ts';

export interface Violation {
  check: string;
  /** An order's number where there is one. */
  subject: string;
  detail: string;
}

/** Enough to see what is wrong; the count says how much of it there is. */
const REPORTED_PER_CHECK = 100;

export interface AuditResult {
  violations: readonly Violation[];
  /** By check, every check that was made: 0 where all is well. */
  counts: ReadonlyMap<string, number>;
}

/**
 * Checks every invariant over the whole database, in one snapshot of it: what commits meanwhile is not half seen. Takes as
 * long as it takes; told to stop, it throws before the next check, and PostgreSQL stops by itself where nobody waits any more.
 */
export async function audit(database: DataSource, clock: Clock, stopping?: AbortSignal): Promise<AuditResult> {
  const violations: Violation[] = [];
  const counts = new Map<string, number>();
  await database.transaction('REPEATABLE READ', async (tx) => {
    await tx.query(`set transaction read only`);
    await tx.query(`set local statement_timeout = 0`);
    await tx.query(`set local client_connection_check_interval = '2s'`);
    for (const { name, sql } of CHECKS) {
      stopping?.throwIfAborted();
      const now = sql.includes('$1') ? [clock.now()] : [];
      const rows: { subject: string; detail: string; total: string }[] = await tx.query(
        `select subject, detail, count(*) over () as total from (${sql}) as violation
         order by subject limit ${REPORTED_PER_CHECK}`,
        now,
      );
      counts.set(name, Number(rows[0]?.total ?? 0));
      violations.push(...rows.map(({ subject, detail }) => ({ check: name, subject, detail })));
    }
  });
  return { violations, counts };
}
