import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import type { Gauge } from '../platform/telemetry/telemetry.ts';
import type { AuditResult } from './audit.ts';
import { CHECKS } from './checks/index.ts';
import { AuditRun, type AuditScope } from './store/audit-run.entity.ts';

/** Stores the result in the database, so that every replica's metrics agree, whichever ran the audit. */
export async function recordAuditRun(database: DataSource, result: AuditResult, at: Date): Promise<void> {
  const { scope, counts, lastStep } = result;
  await database.getRepository(AuditRun).insert({
    finishedAt: at,
    scope,
    violations: Object.fromEntries(counts),
    lastStep: lastStep === undefined ? null : String(lastStep),
  });
}

/** A change past our code leaves no timeline step, so an audit reads everything this often. */
const WHOLE_EVERY_MS = 7 * 86_400_000;
/** The nightly job does not start at the same second every night. */
const LEEWAY_MS = 3_600_000;

/** These checks read everything in every audit. */
const ALWAYS = new Set(CHECKS.filter(({ ofChanges }) => ofChanges === 'everything').map(({ name }) => name));

const isClean = ({ violations }: AuditRun) =>
  Object.entries(violations).every(([name, count]) => count === 0 || ALWAYS.has(name));

/**
 * Returns the step after which the next audit begins. Returns undefined for an audit of everything: the last one found
 * something, which must be reported until it is repaired, or the last full one is a week old.
 */
export async function nextAuditSince(database: DataSource, now: Date): Promise<bigint | undefined> {
  const last = await lastRun(database);
  // If two audits overlapped, the last one may not be the full one.
  const whole = await lastRun(database, 'whole');
  if (last?.lastStep == null || whole === null || !isClean(last) || !isClean(whole)) return undefined;
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

/**
 * An audit that stops running reports no violation, so alerts watch its age: that of the last audit, and that of the
 * last full one.
 */
export function auditAgeGauge(database: DataSource, clock: Clock): Gauge {
  const ageOf = (run: AuditRun) => (clock.now().getTime() - run.finishedAt.getTime()) / 1000;
  return {
    name: 'audit_age_seconds',
    description: 'Seconds since the last audit ended: the last full one (whole), or the last of either scope (any)',
    label: 'audit',
    async read() {
      const runs = { any: await lastRun(database), whole: await lastRun(database, 'whole') };
      return new Map(Object.entries(runs).flatMap(([name, run]) => (run === null ? [] : [[name, ageOf(run)]])));
    },
  };
}
