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
import { unreachable } from '../platform/database/unreachable.ts';
import { wordsOf } from '../platform/telemetry/reason.ts';

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a result that does not make the command fail. It goes to stderr, because stdout may be a JSON document. */
export function warn(text: string): void {
  process.stderr.write(`Warning: ${text}\n`);
}

/** Writes amounts as decimal text, which keeps all their digits in every reader. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? String(member) : member), 2);
}

/** Prints the lines, or one document with the same facts. */
export function printReport(
  { json: isJson = false }: { json?: boolean },
  json: unknown,
  lines: readonly string[],
): void {
  if (isJson) print(toJson(json));
  else for (const line of lines) print(line);
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

/** Runs an operators' command in the background role, which sees every organization's rows. */
export async function withDatabase(run: (database: DataSource) => Promise<void>): Promise<void> {
  const { DATABASE_URL, DATABASE_BACKGROUND_URL: url = DATABASE_URL } = loadCommandConfig();
  const options = { url, role: ROLES.background, entities, migrations, poolSize: 3, statementTimeoutMs: 0 };
  const database = await connectDatabase(options).catch((error: Error) => {
    throw isMissingRole(error)
      ? new Error(`${error.message}: run \`npm run migrate\` first.`)
      : unreachable(url, url === DATABASE_URL ? 'DATABASE_URL' : 'DATABASE_BACKGROUND_URL', error);
  });
  try {
    await run(database);
  } catch (error) {
    throw isOlder(error)
      ? new Error(`${wordsOf(error)}: the database is not at this version, run \`npm run migrate\` first.`)
      : error;
  } finally {
    await database.destroy();
  }
}

/** PostgreSQL knows no such table, schema, column or function: its database is empty, or of an earlier version. */
const isOlder = (error: unknown) =>
  ['42P01', '3F000', '42703', '42883'].includes((error as { code?: string }).code ?? '');
