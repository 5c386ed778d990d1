import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OWN_LIMIT } from '../../src/platform/database/lock-waits.ts';

export interface Finding {
  migration: string;
  rule: string;
  /** Names the fault, and the right way. */
  message: string;
  statement: string;
}

/** The runner limits the wait for a lock, a retry repeats a whole transaction, and types of columns are a matter of taste. */
const LEFT_OUT = [
  'require-lock-timeout',
  'require-statement-timeout',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'prefer-identity',
];
/** Only a migration without a transaction can end half-way. */
const OF_REPEATS = 'prefer-robust-stmts';

/** Checks a migration by squawk (docs/operations.md 13). */
export async function lintMigration(migration: MigrationInterface): Promise<Finding[]> {
  const name = migration.name ?? migration.constructor.name;
  const statements = await statementsOf(migration);
  const isTransaction = migration.transaction !== false;
  const own = statements
    .filter((statement) => OWN_LIMIT.test(statement))
    .map((statement) => ({
      migration: name,
      rule: 'no-own-lock-timeout',
      message: 'The runner decides how long a statement waits for a lock: leave this out.',
      statement,
    }));
  const left = [...LEFT_OUT, ...(isTransaction ? [OF_REPEATS] : [])];
  return [...own, ...findingsOf(statements, left, isTransaction).map((finding) => ({ migration: name, ...finding }))];
}

/** Records what `up` sends. A query for rows gets none, so a loop over batches ends at once. */
async function statementsOf(migration: MigrationInterface): Promise<string[]> {
  const statements: string[] = [];
  const recorder = {
    query: async (text: string) => {
      statements.push(text.trim().replace(/;$/, ''));
      return [];
    },
  };
  // A migration without a transaction of its own may begin some.
  const step = async () => undefined;
  const transactions = { startTransaction: step, commitTransaction: step, rollbackTransaction: step };
  await migration.up({ ...recorder, ...transactions } as unknown as QueryRunner);
  return statements;
}

interface SquawkFinding {
  line: number;
  message: string;
  help: string | null;
  rule_name: string;
}

function findingsOf(statements: readonly string[], leftOut: readonly string[], isTransaction: boolean) {
  const lines = statements.flatMap((statement) => statement.split('\n').map(() => statement));
  const flags = ['--reporter=json', '--pg-version=14.0', `--exclude=${leftOut.join(',')}`];
  const answer = squawk(
    [...flags, ...(isTransaction ? ['--assume-in-transaction'] : [])],
    `${statements.join(';\n')};\n`,
  );
  return (JSON.parse(answer) as SquawkFinding[]).map(({ line, message, help, rule_name: rule }) => ({
    rule,
    message: help === null ? message : `${message} ${help}`,
    statement: lines[line] ?? '',
  }));
}

/** squawk ends with 1 if it finds something. */
function squawk(flags: readonly string[], input: string): string {
  const program = createRequire(import.meta.url).resolve('squawk-cli/js/bin/squawk');
  try {
    return execFileSync(process.execPath, [program, ...flags], { input, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string };
    if (status === 1 && stdout.startsWith('[')) return stdout;
    throw new Error(`squawk failed: ${stderr || stdout}`);
  }
}
