import 'reflect-metadata';
import { userInfo } from 'node:os';
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import { recordAction } from '../action-trail/index.ts';
import { entities } from '../app/entities.ts';
import { loadCommandConfig } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { connectDatabase } from '../platform/database/data-source.ts';
import { isMissingRole, ROLES } from '../platform/database/roles.ts';
import { runQuery } from '../platform/database/run-queries.ts';
import type { Query } from '../platform/database/sql.ts';
import { wordsOf } from '../platform/telemetry/reason.ts';

/** A wrong call by the operator: printed to stderr, exit code 2. Every other failure has exit code 1. */
export class UsageError extends Error {}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

type Command = (args: readonly string[], database: DataSource) => Promise<void>;

/** Runs an operators' command in the background role, which sees every organization's rows. */
export function command(usage: string, run: Command): void {
  exitWith(helpOr(usage, () => withDatabase(run)));
}

/** Prints the usage, and neither connects nor records anything, if any argument asks for help. */
export async function helpOr(usage: string, run: (args: readonly string[]) => Promise<void>): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) return print(usage);
  await run(args);
}

/** A change that an operator requests. `actor` defaults to the logged-in user. */
export interface Change {
  /** The command as it is typed: "flags set". */
  action: string;
  subject: string;
  actor?: string;
  /** The operator's own words; undefined for a command that asks for none. */
  reason?: string;
}

/** Runs a change between two entries of the action trail. If the first entry fails, the change does not run. */
export function runRecorded<T>(
  database: DataSource,
  { actor, reason, ...change }: Change,
  run: () => Promise<T>,
): Promise<T> {
  const action = {
    ...change,
    actor: actor ?? loginName(),
    reason: reason ?? null,
    via: 'command' as const,
    organizationId: null,
    correlationId: newId(),
  };
  const trail = {
    clock: systemClock,
    write: (entry: Query) => runQuery(database, entry),
  };
  return recordAction(trail, action, run, (ending) => ({ outcome: 'answer' in ending ? 'ok' : 'failed' }));
}

/** A container may run under a user number without a name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/**
 * Prints a failure to stderr and sets the exit code. A signal ends the command at once. It needs a handler for that, because the
 * kernel ignores a signal without one for the first process of a container.
 */
export function exitWith(ending: Promise<void>): void {
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, () => {
      process.stderr.write(
        `Stopped by ${signal}. Steps that were not committed have no effect: run the command again.\n`,
      );
      process.exit(128 + number);
    });
  }
  ending.catch((error: Error) => {
    process.stderr.write(`${wordsOf(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}

async function withDatabase(run: Command): Promise<void> {
  const { DATABASE_URL, DATABASE_BACKGROUND_URL: url = DATABASE_URL } = loadCommandConfig();
  const options = { url, role: ROLES.background, entities, migrations, poolSize: 3, statementTimeoutMs: 0 };
  const database = await connectDatabase(options).catch((error: Error) => {
    throw isMissingRole(error) ? new Error(`${error.message}: run \`npm run migrate\` first.`) : error;
  });
  try {
    await run(process.argv.slice(2), database);
  } finally {
    await database.destroy();
  }
}
