import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import { loadCommandConfig } from '../config.ts';
import { entities } from '../entities.ts';
import { connectDatabase } from '../platform/database/data-source.ts';

/** What an operator called wrongly: said on stderr, with exit code 2. Anything else that goes wrong is exit code 1. */
export class UsageError extends Error {}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Runs an operators' command against the database of DATABASE_URL. */
export function command(run: (args: readonly string[], database: DataSource) => Promise<void>): void {
  execute(run).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}

async function execute(run: (args: readonly string[], database: DataSource) => Promise<void>): Promise<void> {
  const { DATABASE_URL: url } = loadCommandConfig();
  const database = await connectDatabase({ url, entities, migrations, poolSize: 3, statementTimeoutMs: 0 });
  try {
    await run(process.argv.slice(2), database);
  } finally {
    await database.destroy();
  }
}
