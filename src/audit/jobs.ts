import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { defineJob, type JobHandler } from '../platform/jobs/job.ts';
import { audit } from './audit.ts';
import { nextAuditSince, recordAuditRun } from './audit-runs.ts';

/** Runs at 02:30 in Jakarta, once for all replicas. The queue's crontab is in UTC. */
export const AUDIT_CRONTAB = '30 19 * * * run_audit';

const runAuditJob = defineJob({ name: 'run_audit', payload: z.unknown() });

/**
 * Audits the changes since the last audit, or everything (nextAuditSince). Logs every violation as an error with a
 * stable event name, and stores the counts for the gauges. Uses a connection of its own: those that serve requests
 * break on a long statement.
 */
export function runAuditHandler(connect: () => Promise<DataSource>, clock: Clock): JobHandler {
  return runAuditJob.handle(async (_payload, { log, stopping }) => {
    const database = await connect();
    try {
      const result = await audit(database, clock, { since: await nextAuditSince(database, clock.now()), stopping });
      const { scope, violations, counts } = result;
      for (const violation of violations) log.error({ event: 'audit_violation', ...violation });
      await recordAuditRun(database, result, clock.now());
      log.info({ event: 'audit_done', scope, checks: counts.size, violations: sum([...counts.values()]) });
    } finally {
      await database.destroy();
    }
  });
}

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
