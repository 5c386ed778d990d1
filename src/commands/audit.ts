import { audit, CHECKS, noteAuditRun } from '../audit/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { reasonOf } from '../platform/telemetry/reason.ts';
import { command, print, UsageError } from './command.ts';

/** npm run audit: exit code 0 where every invariant holds, 1 where one does not, with its violations. */
command(async (args, database) => {
  if (args.length > 0) throw new UsageError('Usage: npm run audit');
  const result = await audit(database, systemClock);
  const { violations, counts } = result;
  for (const { name, meaning } of CHECKS) {
    const count = counts.get(name) ?? 0;
    print(`${count === 0 ? 'ok  ' : 'FAIL'}  ${name}${count === 0 ? '' : `: ${count}. ${meaning}`}`);
    for (const { subject, detail } of violations.filter(({ check }) => check === name))
      print(`      ${subject}: ${detail}`);
  }
  if (violations.length > 0) process.exitCode = 1;
  // Last: of a copy that cannot be written to, it is the findings that matter.
  await noteAuditRun(database, result, systemClock.now()).catch((error: Error) => {
    process.stderr.write(`This run could not be noted for the metrics: ${reasonOf(error)}\n`);
  });
});
