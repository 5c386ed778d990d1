import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import type { Gauge } from '../platform/telemetry.ts';
import type { AuditResult } from './audit.ts';
import { AuditRun } from './audit-run.entity.ts';

/** Kept in the database, so that every replica's metrics say the same, whichever of them ran the audit. */
export async function noteAuditRun(database: DataSource, counts: AuditResult['counts'], at: Date): Promise<void> {
  await database.getRepository(AuditRun).insert({ finishedAt: at, violations: Object.fromEntries(counts) });
}

function lastRun(database: DataSource): Promise<AuditRun | null> {
  return database.getRepository(AuditRun).findOne({ where: {}, order: { id: 'DESC' } });
}

export function auditViolationsGauge(database: DataSource): Gauge {
  return {
    name: 'audit_violations',
    description: 'Violations that the last audit found, by check',
    label: 'check',
    read: async () => new Map(Object.entries((await lastRun(database))?.violations ?? {})),
  };
}

/** An audit that no longer runs finds nothing: its age is to be watched too. */
export function auditAgeGauge(database: DataSource, clock: Clock): Gauge {
  return {
    name: 'audit_age_seconds',
    description: 'Seconds since the last audit ended',
    label: 'audit',
    async read() {
      const run = await lastRun(database);
      return new Map(run === null ? [] : [['whole', (clock.now().getTime() - run.finishedAt.getTime()) / 1000]]);
    },
  };
}
