import { audit, CHECKS, recordAuditRun } from '../audit/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import { command, print, UsageError } from './command.ts';

const USAGE = 'Usage: npm run audit';

/** npm run audit: exit code 0 if every invariant holds; 1 if one does not, with its violations. */
command(USAGE, async (args, database) => {
  if (args.length > 0) throw new UsageError(USAGE);
  const result = await audit(database, systemClock);
  const { violations, counts } = result;
  for (const { name, meaning } of CHECKS) {
    const count = counts.get(name) ?? 0;
    print(`${count === 0 ? 'ok  ' : 'FAIL'}  ${name}${count === 0 ? '' : `: ${count}. ${meaning}`}`);
    for (const { subject, detail } of violations.filter(({ check }) => check === name))
      print(`      ${subject}: ${detail}`);
  }
  if (violations.length > 0) process.exitCode = 1;
  // Runs last: on a read-only copy the findings still count.
  await recordAuditRun(database, result, systemClock.now()).catch((error: Error) => {
    process.stderr.write(`The result could not be stored for the metrics: ${reasonOf(error)}\n`);
  });
});
