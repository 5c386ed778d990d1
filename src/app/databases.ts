import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import type { Config } from '../config.ts';
import { connectDatabase } from '../platform/database/data-source.ts';
import { hasPendingMigrations } from '../platform/database/migrate.ts';
import { asRole, isMissingRole, ROLES } from '../platform/database/roles.ts';
import { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { entities } from './entities.ts';

/** The database, by the role of its connections. */
export interface Databases {
  /** For callers' requests: the rows of their organization. */
  callers: TenantDatabase;
  /** For webhook, jobs and gauges: the rows of every organization. */
  background: DataSource;
  /** The same role, for libraries that open their own connections. */
  backgroundUrl: string;
  /** The same role, with time for the audit's statements, which read the whole database. */
  connectAuditor(): Promise<DataSource>;
  close(): Promise<void>;
}

const CALLERS_POOL = 10;
const BACKGROUND_POOL = 8;
/** Far longer than any statement of the audit takes. Without a limit, a server that vanished during one would occupy its job for ever. */
const AUDIT_STATEMENT_TIMEOUT_MS = 3_600_000;

const NOT_MIGRATED = 'The database is not migrated to this version: run `npm run migrate` first.';

/** Throws if the database is not migrated to this version. */
export async function connectDatabases(config: Config, log: Logger): Promise<Databases> {
  const common = { entities, migrations, log };
  const url = config.DATABASE_BACKGROUND_URL ?? config.DATABASE_URL;
  const asBackground = { ...common, url, role: ROLES.background };
  const background = await connectDatabase({ ...asBackground, poolSize: BACKGROUND_POOL }).catch((error: Error) => {
    throw isMissingRole(error) ? new Error(NOT_MIGRATED, { cause: error }) : error;
  });
  if (await hasPendingMigrations(background)) {
    await background.destroy();
    throw new Error(NOT_MIGRATED);
  }
  const runtime = { ...common, url: config.DATABASE_URL, role: ROLES.runtime, poolSize: CALLERS_POOL };
  const connections = await connectDatabase(runtime).catch(async (error: Error) => {
    await background.destroy();
    throw error;
  });
  return {
    callers: new TenantDatabase(connections),
    background,
    backgroundUrl: asRole(url, ROLES.background),
    connectAuditor: () =>
      connectDatabase({
        ...asBackground,
        poolSize: 1,
        statementTimeoutMs: AUDIT_STATEMENT_TIMEOUT_MS,
        applicationName: 'self-topup-audit',
      }),
    async close() {
      await Promise.all([connections.destroy(), background.destroy()]);
    },
  };
}
