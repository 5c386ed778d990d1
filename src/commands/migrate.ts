import { migrate } from '../platform/database/migrate.ts';
import { command, print } from './command.ts';

/** npm run migrate */
command(async (_args, database) => {
  const applied = await migrate(database);
  print(applied.length === 0 ? 'Nothing to apply: the database is up to date.' : `Applied: ${applied.join(', ')}`);
});
