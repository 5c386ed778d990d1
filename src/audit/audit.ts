import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { runQuery } from '../platform/database/run-queries.ts';
import { raw, sql } from '../platform/database/sql.ts';
import { changesSince, lastStableStep, queryOf } from './changes.ts';
import { CHECKS } from './checks/index.ts';
import type { AuditScope } from './store/audit-run.entity.ts';

export interface Violation {
  check: string;
  /** An order's number if there is one. */
  subject: string;
  detail: string;
}

/** Enough rows to show the fault; the count gives its extent. */
const REPORTED_PER_CHECK = 100;

export interface AuditResult {
  scope: AuditScope;
  violations: readonly Violation[];
  /** Violations by check, for every check that ran; 0 if the invariant holds. */
  counts: ReadonlyMap<string, number>;
  /** The step from which a later audit of changes may start; undefined before the first stable step. */
  lastStep: bigint | undefined;
}

export interface AuditOptions {
  /** The `lastStep` of a clean audit: rows unchanged since then are skipped. undefined audits everything. */
  since?: bigint | undefined;
  /**
   * When it is aborted, the audit throws before the next check. PostgreSQL cancels a running statement once the client
   * has disconnected.
   */
  stopping?: AbortSignal;
}

/**
 * Checks every invariant in one snapshot, so that it never sees half of a concurrent commit. Has no statement timeout.
 */
export async function audit(
  database: DataSource,
  clock: Clock,
  { since, stopping }: AuditOptions = {},
): Promise<AuditResult> {
  // Deadlines and the last step refer to the start of the audit, like the snapshot.
  const now = clock.now();
  const violations: Violation[] = [];
  const counts = new Map<string, number>();
  const lastStep = await database.transaction('REPEATABLE READ', async (tx) => {
    await tx.query(`set transaction read only`);
    await tx.query(`set local statement_timeout = 0`);
    await tx.query(`set local client_connection_check_interval = '2s'`);
    const changes = since === undefined ? undefined : await changesSince(tx, since);
    for (const check of CHECKS) {
      stopping?.throwIfAborted();
      const rows = await runQuery(
        tx,
        sql<{ subject: string; detail: string; total: bigint }>`
          select subject, detail, count(*) over () as total from (${queryOf(check, now, changes)}) as violation
          order by subject limit ${raw(String(REPORTED_PER_CHECK))}`,
      );
      counts.set(check.name, Number(rows[0]?.total ?? 0));
      violations.push(...rows.map(({ subject, detail }) => ({ check: check.name, subject, detail })));
    }
    return lastStableStep(tx, now);
  });
  return { scope: since === undefined ? 'whole' : 'changed', violations, counts, lastStep };
}
