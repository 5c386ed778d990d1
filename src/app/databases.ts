import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { connectDatabase } from '../platform/database/data-source.ts';
import { hasPendingMigrations } from '../platform/database/migrate.ts';
import { assertKeepsSessions } from '../platform/database/pooler.ts';
import { Replica } from '../platform/database/replica.ts';
import { asRole, isMissingRole, ROLES } from '../platform/database/roles.ts';
import { TenantDatabase } from '../platform/database/tenant-database.ts';
import { unreachable } from '../platform/database/unreachable.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import { entities } from './entities.ts';
import { StartRefusal } from './start-refusal.ts';

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
/** A buyer may change an order at the last moment of its life, so rows become history this much later. */
const HISTORY_MARGIN_MS = 3_600_000;
const BACKGROUND_POOL = 8;
/** Far longer than any statement of the audit takes. Without a limit, a server that vanished during one would occupy its job for ever. */
const AUDIT_STATEMENT_TIMEOUT_MS = 3_600_000;

const NOT_MIGRATED = 'The database is not migrated to this version: run `npm run migrate` first.';

interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
}

/** Throws StartRefusal if the database cannot be used, is not migrated to this version, or is behind a pooler that keeps no sessions. */
export function connectDatabases(config: Config, parts: Parts): Promise<Databases> {
  return connect(config, parts).catch((error: Error) => {
    throw new StartRefusal(error);
  });
}

async function connect(config: Config, parts: Parts): Promise<Databases> {
  const { log } = parts;
  const common = { entities, migrations, log };
  const url = config.DATABASE_BACKGROUND_URL ?? config.DATABASE_URL;
  const asBackground = { ...common, url, role: ROLES.background };
  const background = await connectDatabase({ ...asBackground, poolSize: BACKGROUND_POOL }).catch((error: Error) => {
    if (isMissingRole(error)) throw new Error(NOT_MIGRATED, { cause: error });
    throw unreachable(url, url === config.DATABASE_URL ? 'DATABASE_URL' : 'DATABASE_BACKGROUND_URL', error);
  });
  if (await hasPendingMigrations(background)) {
    await background.destroy();
    throw new Error(NOT_MIGRATED);
  }
  await assertKeepsSessions(background).catch(async (error: Error) => {
    await background.destroy();
    throw error;
  });
  const runtime = { ...common, url: config.DATABASE_URL, role: ROLES.runtime, poolSize: CALLERS_POOL };
  const connections = await connectDatabase(runtime).catch(async (error: Error) => {
    await background.destroy();
    throw unreachable(config.DATABASE_URL, 'DATABASE_URL', error);
  });
  const replica = openReplica(config, connections, parts);
  return {
    callers: new TenantDatabase(connections, replica),
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
      await Promise.all([connections.destroy(), background.destroy(), replica?.close()]);
    },
  };
}

/** Does not wait for the replica: the server starts without it. */
function openReplica(config: Config, primary: DataSource, { clock, log, telemetry }: Parts): Replica | undefined {
  const { DATABASE_REPLICA_URL: url } = config;
  if (url === undefined) return undefined;
  const seconds = config.QUOTE_TTL_SECONDS + config.APPROVAL_TTL_SECONDS + config.PAYMENT_TTL_SECONDS;
  return new Replica({
    connect: () => connectDatabase({ entities, migrations, log, url, role: ROLES.runtime, poolSize: CALLERS_POOL }),
    primary,
    clock,
    maxLagMs: config.REPLICA_MAX_LAG_SECONDS * 1000,
    historyAgeMs: seconds * 1000 + HISTORY_MARGIN_MS,
    onRead: telemetry.replicaRead,
    onLag: telemetry.replicaLag,
    onChange: (isUp, reason) =>
      isUp ? log.info({ event: 'replica_up' }) : log.warn({ event: 'replica_down', reason }),
  });
}
