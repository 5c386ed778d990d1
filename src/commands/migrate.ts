import 'reflect-metadata';
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import { ActionTrailEntry } from '../action-trail/index.ts';
import { entities } from '../app/entities.ts';
import { loadCommandConfig } from '../config.ts';
import { connectDatabase } from '../platform/database/data-source.ts';
import { type MigrateOptions, migrate, prepareDatabase } from '../platform/database/migrate.ts';
import { isMissingRole, ROLES } from '../platform/database/roles.ts';
import { unreachable } from '../platform/database/unreachable.ts';
import { printReport, runRecorded, warn } from './command.ts';
import { seconds } from './option-values.ts';
import { JSON_OPTION, type JsonOption, newProgram, runProgram } from './program.ts';

const program = newProgram('migrate', 'Brings the database to this version. It may run beside a server that serves.')
  .option('--prepare', 'only create the roles and their rights, in a database into which a dump is restored next')
  .option('--wait <seconds>', 'how long it tries while a lock is in the way', seconds, 600)
  .option(...JSON_OPTION)
  .action(run);

interface Options extends JsonOption {
  prepare?: boolean;
  wait: number;
}

async function run(options: Options): Promise<void> {
  const { DATABASE_URL, DATABASE_MIGRATION_URL: url = DATABASE_URL } = loadCommandConfig();
  const patience = { seconds: options.wait, onWait: warn };
  const parts = { url, entities, migrations, patience };
  try {
    if (options.prepare) {
      await prepareDatabase(parts);
      printReport(options, { prepared: true }, ['The roles and their rights are there: restore the dump now.']);
    } else {
      const applied = await migrateRecorded(parts);
      const line =
        applied.length === 0 ? 'Nothing to apply: the database is up to date.' : `Applied: ${applied.join(', ')}`;
      printReport(options, { applied }, [line]);
    }
  } catch (error) {
    throw unreachable(url, url === DATABASE_URL ? 'DATABASE_URL' : 'DATABASE_MIGRATION_URL', error as Error);
  }
}

async function migrateRecorded(parts: MigrateOptions): Promise<string[]> {
  const database = await connectAsMigrator(parts.url);
  try {
    return await (database === undefined ? migrate(parts) : runRecorded(database, CHANGE, () => migrate(parts)));
  } finally {
    await database?.destroy();
  }
}

const CHANGE = { action: 'migrate', subject: migrations.at(-1)?.name ?? 'nothing' };

/** Returns undefined for a database whose trail cannot take this version's entries yet: that run cannot be recorded. */
async function connectAsMigrator(url: string): Promise<DataSource | undefined> {
  const options = { url, role: ROLES.migrator, entities, migrations, poolSize: 1 };
  const database = await connectDatabase(options).catch((error: Error) => {
    if (isMissingRole(error)) return undefined;
    throw error;
  });
  if (database === undefined) return undefined;
  const wanted = database.getMetadata(ActionTrailEntry).columns.map(({ databaseName }) => databaseName);
  const [{ hasAll } = { hasAll: false }] = (await database.query(
    `select count(*) = cardinality($1::text[]) as "hasAll" from pg_attribute
     where attrelid = to_regclass('action_trail') and attname = any($1) and not attisdropped`,
    [wanted],
  )) as { hasAll: boolean }[];
  if (hasAll) return database;
  await database.destroy();
  return undefined;
}

runProgram(program);
