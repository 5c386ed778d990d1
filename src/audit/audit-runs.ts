import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import type { Gauge } from '../platform/telemetry/telemetry.ts';
import type { AuditResult } from './audit.ts';
import { CHECKS } from './checks/index.ts';
import { AuditRun, type AuditScope } from './store/audit-run.entity.ts';

/** Kept in the database, so that every replica's metrics say the same, whichever of them ran the audit. */
export async function noteAuditRun(database: DataSource, result: AuditResult, at: Date): Promise<void> {
  const { scope, counts, lastStep } = result;
  await database.getRepository(AuditRun).insert({
    finishedAt: at,
    scope,
    violations: Object.fromEntries(counts),
    lastStep: lastStep === undefined ? null : String(lastStep),
  });
}

/** Somebody may change a row past our code, where no step tells of it: so often everything is read again. */
const WHOLE_EVERY_MS = 7 * 86_400_000;
/** The hour of the night is not the same to the second. */
const LEEWAY_MS = 3_600_000;

/** Found every night in any case, changed or not. */
const ALWAYS = new Set(CHECKS.filter(({ ofChanges }) => ofChanges === 'everything').map(({ name }) => name));

const foundNothing = ({ violations }: AuditRun) =>
  Object.entries(violations).every(([name, count]) => count === 0 || ALWAYS.has(name));

/**
 * The step after which the next audit has to look; undefined: it has to look at everything, because the last one found something,
 * which is to be told until it is mended, or everything has not been looked at for a week.
 */
export async function nextAuditSince(database: DataSource, now: Date): Promise<bigint | undefined> {
  const last = await lastRun(database);
  // Where two ran at the same time, the last one may have been the lesser.
  const whole = await lastRun(database, 'whole');
  if (last?.lastStep == null || whole === null || !foundNothing(last) || !foundNothing(whole)) return undefined;
  const age = now.getTime() - whole.finishedAt.getTime();
  return age < WHOLE_EVERY_MS - LEEWAY_MS ? BigInt(last.lastStep) : undefined;
}

function lastRun(database: DataSource, scope?: AuditScope): Promise<AuditRun | null> {
  return database
    .getRepository(AuditRun)
    .findOne({ where: scope === undefined ? {} : { scope }, order: { id: 'DESC' } });
}

export function auditViolationsGauge(database: DataSource): Gauge {
  return {
    name: 'audit_violations',
    description: 'Violations that the last audit found, by check',
    label: 'check',
    read: async () => new Map(Object.entries((await lastRun(database))?.violations ?? {})),
  };
}

/** An audit that no longer runs finds nothing: its age is to be watched too, and that of the last one that read everything. */
export function auditAgeGauge(database: DataSource, clock: Clock): Gauge {
  const ageOf = (run: AuditRun) => (clock.now().getTime() - run.finishedAt.getTime()) / 1000;
  return {
    name: 'audit_age_seconds',
    description: 'Seconds since the last audit ended: of everything (whole), or of what changed too (any)',
    label: 'audit',
    async read() {
      const runs = { any: await lastRun(database), whole: await lastRun(database, 'whole') };
      return new Map(Object.entries(runs).flatMap(([name, run]) => (run === null ? [] : [[name, ageOf(run)]])));
    },
  };
}
