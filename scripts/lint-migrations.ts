/** Checks what a migration may do to a database that is in use. Ends with 1 if one does more. docs/operations.md 13 has the rules. */
import { migrations } from '../migrations/index.ts';
import { lintMigration } from './migrations/lint.ts';

/** Earlier migrations were written before the rules were checked; each says how it spares callers. */
const FIRST_CHECKED = 1_767_300_000_000;

const timestampOf = (name: string) => Number(/\d{13}$/.exec(name)?.[0] ?? 0);
const checked = migrations.filter(({ name }) => timestampOf(name) >= FIRST_CHECKED);
const findings = (await Promise.all(checked.map((Migration) => lintMigration(new Migration())))).flat();
for (const { migration, rule, message, statement } of findings)
  console.error(`${migration}  ${rule}: ${message}\n    ${statement.replace(/\s+/g, ' ').slice(0, 200)}`);
console.log(`${checked.length} migrations checked, ${findings.length} findings`);
if (findings.length > 0) process.exitCode = 1;
