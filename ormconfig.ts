import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.ts';
import { entities } from './src/app/entities.ts';
import { loadCommandConfig } from './src/config.ts';
import { dataSourceOptions } from './src/platform/database/data-source.ts';

/** For TypeORM's own command line (`npm run migration:generate`); the server makes its data source in compose.ts. */
export default new DataSource(dataSourceOptions({ url: loadCommandConfig().DATABASE_URL, entities, migrations }));
