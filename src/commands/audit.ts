import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { audit, CHECKS, recordAuditRun } from '../audit/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import { printReport, warn, withDatabase } from './command.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram } from './program.ts';

/** npm run audit: exit code 0 if every invariant holds; 1 if one does not, with its violations. */
const program = newProgram(
  'audit',
  'Checks every invariant over the whole database. It ends with 1 if one does not hold.',
)
  .option(...JSON_OPTION)
  .action((options: JsonOption) => withDatabase((database) => run(database, options)));

async function run(database: DataSource, options: JsonOption): Promise<void> {
  const result = await audit(database, systemClock);
  const checks = CHECKS.map(({ name, meaning }) => ({
    name,
    meaning,
    count: result.counts.get(name) ?? 0,
    violations: result.violations.filter(({ check }) => check === name).map(({ check: _, ...violation }) => violation),
  }));
  printReport(options, { checks }, checks.flatMap(describe));
  if (result.violations.length > 0) process.exitCode = 1;
  // Runs last: on a read-only copy the findings still count.
  await recordAuditRun(database, result, systemClock.now()).catch((error: Error) => {
    warn(`the result could not be stored for the metrics: ${reasonOf(error)}`);
  });
}

interface Check {
  name: string;
  meaning: string;
  count: number;
  violations: readonly { subject: string; detail: string }[];
}

function describe({ name, meaning, count, violations }: Check): string[] {
  if (count === 0) return [`ok    ${name}`];
  return [
    `FAIL  ${name}: ${count}. ${meaning}`,
    ...violations.map((found) => `      ${found.subject}: ${found.detail}`),
  ];
}

runProgram(program);
