import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import { entities } from '../app/entities.ts';
import { loadCommandConfig } from '../config.ts';
import { connectDatabase } from '../platform/database/data-source.ts';
import { migrate } from '../platform/database/migrate.ts';
import { isMissingRole, ROLES } from '../platform/database/roles.ts';
import { exitWith, helpOr, print, runRecorded, UsageError } from './command.ts';

const USAGE = 'Usage: npm run migrate';

/** npm run migrate */
async function run(args: readonly string[]): Promise<void> {
  if (args.length > 0) throw new UsageError(USAGE);
  const { DATABASE_URL, DATABASE_MIGRATION_URL: url = DATABASE_URL } = loadCommandConfig();
  const database = await connectAsMigrator(url);
  try {
    const work = () => migrate({ url, entities, migrations });
    const applied = await (database === undefined ? work() : runRecorded(database, CHANGE, work));
    print(applied.length === 0 ? 'Nothing to apply: the database is up to date.' : `Applied: ${applied.join(', ')}`);
  } finally {
    await database?.destroy();
  }
}

const CHANGE = { action: 'migrate', subject: migrations.at(-1)?.name ?? 'nothing' };

/** Returns undefined before the migration that creates the action trail: that run cannot be recorded. */
async function connectAsMigrator(url: string): Promise<DataSource | undefined> {
  const options = { url, role: ROLES.migrator, entities, migrations, poolSize: 1 };
  const database = await connectDatabase(options).catch((error: Error) => {
    if (isMissingRole(error)) return undefined;
    throw error;
  });
  const [{ hasTrail } = { hasTrail: false }] =
    (await database?.query(`select to_regclass('action_trail') is not null as "hasTrail"`)) ?? [];
  if (hasTrail) return database;
  await database?.destroy();
  return undefined;
}

exitWith(helpOr(USAGE, run));
