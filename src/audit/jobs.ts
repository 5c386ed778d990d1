import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { defineJob, type JobHandler } from '../platform/jobs/job.ts';
import { audit } from './audit.ts';
import { nextAuditSince, noteAuditRun } from './audit-runs.ts';

/** 02:30 in Jakarta, in UTC as the queue's crontab wants it: once for all replicas. */
export const AUDIT_CRONTAB = '30 19 * * * run_audit';

const runAuditJob = defineJob({ name: 'run_audit', payload: z.unknown() });

/**
 * Audits the changes since the audit before; once a week, and after an audit that found something, everything
 * (nextAuditSince). Every violation is an error line with a stable event name; the counts go where the gauges read them. It
 * connects for itself, because the connections that serve requests are broken when a statement takes long.
 */
export function runAuditHandler(connect: () => Promise<DataSource>, clock: Clock): JobHandler {
  return runAuditJob.handle(async (_payload, { log, stopping }) => {
    const database = await connect();
    try {
      const result = await audit(database, clock, { since: await nextAuditSince(database, clock.now()), stopping });
      const { scope, violations, counts } = result;
      for (const violation of violations) log.error({ event: 'audit_violation', ...violation });
      await noteAuditRun(database, result, clock.now());
      log.info({ event: 'audit_done', scope, checks: counts.size, violations: sum([...counts.values()]) });
    } finally {
      await database.destroy();
    }
  });
}

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
