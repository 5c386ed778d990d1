import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { runQuery } from '../platform/database/run-queries.ts';
import { raw, sql } from '../platform/database/sql.ts';
import { changesSince, lastSettledStep, queryOf } from './changes.ts';
import { CHECKS } from './checks/index.ts';
import type { AuditScope } from './store/audit-run.entity.ts';

export interface Violation {
  check: string;
  /** An order's number where there is one. */
  subject: string;
  detail: string;
}

/** Enough to see what is wrong; the count says how much of it there is. */
const REPORTED_PER_CHECK = 100;

export interface AuditResult {
  scope: AuditScope;
  violations: readonly Violation[];
  /** By check, every check that was made: 0 where all is well. */
  counts: ReadonlyMap<string, number>;
  /** Where an audit of changes may begin that comes after this one; undefined: nowhere. */
  lastStep: bigint | undefined;
}

export interface AuditOptions {
  /** The `lastStep` of an audit that found nothing: what has not changed since is not looked at. Everything, where it is not given. */
  since?: bigint | undefined;
  /** Told to stop, it throws before the next check, and PostgreSQL stops by itself where nobody waits any more. */
  stopping?: AbortSignal;
}

/** Checks every invariant, in one snapshot of the database: what commits meanwhile is not half seen. Takes as long as it takes. */
export async function audit(
  database: DataSource,
  clock: Clock,
  { since, stopping }: AuditOptions = {},
): Promise<AuditResult> {
  // What is late, and how far it looked, is of its beginning, as the snapshot is.
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
    return lastSettledStep(tx, now);
  });
  return { scope: since === undefined ? 'whole' : 'changed', violations, counts, lastStep };
}
