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

/** What an operator called wrongly: said on stderr, with exit code 2. Anything else that goes wrong is exit code 1. */
export class UsageError extends Error {}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

type Command = (args: readonly string[], database: DataSource) => Promise<void>;

/** Runs an operators' command, as the background does its work: on every organization's rows. */
export function command(run: Command): void {
  exitWith(withDatabase(run));
}

/** What an operator asks for that changes something; whoever is logged in where the command asks for no name. */
export interface Change {
  /** As it is called: "flags set". */
  action: string;
  subject: string;
  actor?: string;
}

/** Enters it in the action trail, does it, and enters how it ended; what cannot be entered is not done. */
export function changing<T>(database: DataSource, { actor, ...change }: Change, run: () => Promise<T>): Promise<T> {
  const action = {
    ...change,
    actor: actor ?? loggedIn(),
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

/** A container may run as a number that has no name. */
function loggedIn(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Says what went wrong on stderr. */
export function exitWith(ending: Promise<void>): void {
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
