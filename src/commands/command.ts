import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import { loadCommandConfig } from '../config.ts';
import { entities } from '../entities.ts';
import { connectDatabase } from '../platform/database/data-source.ts';
import { isMissingRole, ROLES } from '../platform/database/roles.ts';
import { wordsOf } from '../platform/reason.ts';

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
