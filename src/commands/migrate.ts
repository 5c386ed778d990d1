import 'reflect-metadata';
import { migrations } from '../../migrations/index.ts';
import { loadCommandConfig } from '../config.ts';
import { entities } from '../entities.ts';
import { migrate } from '../platform/database/migrate.ts';
import { exitWith, print } from './command.ts';

/** npm run migrate */
async function run(): Promise<void> {
  const { DATABASE_URL, DATABASE_MIGRATION_URL: url = DATABASE_URL } = loadCommandConfig();
  const applied = await migrate({ url, entities, migrations });
  print(applied.length === 0 ? 'Nothing to apply: the database is up to date.' : `Applied: ${applied.join(', ')}`);
}

exitWith(run());
