import { migrations } from '../../migrations/index.ts';
import { entities } from '../app/entities.ts';
import { parseRedisUrl } from '../clients/cache/redis-address.ts';
import { openRedis } from '../clients/cache/redis-connection.ts';
import { createNeighbour, type Neighbour } from '../clients/http.ts';
import { createHubCore } from '../clients/hub-core.ts';
import { greetMailServer } from '../clients/mailer.ts';
import { createMekariBilling } from '../clients/mekari-billing.ts';
import { createMekariPay } from '../clients/mekari-pay/index.ts';
import { createModerator } from '../clients/moderator.ts';
import { UpstreamError } from '../clients/upstream-error.ts';
import type { Config, SettingName } from '../config.ts';
import { systemClock } from '../kernel/clock.ts';
import { fetchKeySet } from '../platform/auth/fetch-key-set.ts';
import { readKeySet } from '../platform/auth/key-set.ts';
import { askForWrites } from '../platform/database/ask-for-writes.ts';
import { connectDatabase } from '../platform/database/data-source.ts';
import { hasPendingMigrations } from '../platform/database/migrate.ts';
import { isMissingRole, mayTakeJobs, ROLES } from '../platform/database/roles.ts';
import { unreachable } from '../platform/database/unreachable.ts';
import { wordsOf } from '../platform/telemetry/reason.ts';

/** One thing that the server reaches. A probe only reads: it may run beside a server that serves. */
export interface Probe {
  name: string;
  /** It is tried only if all of these are right. */
  needs: readonly SettingName[];
  /** Resolves to a remark, or to undefined if the setting that switches it on is absent. Throws the reason. */
  run(config: Config): Promise<string | undefined>;
}

/** No organization, package, order or invoice has this id. */
const NOBODYS_ID = 'self-topup-check';
const PROBE_TIMEOUT_MS = 10_000;
const CALLING = ['MEKARI_CLIENT_ID', 'MEKARI_CLIENT_SECRET', 'UPSTREAM_TIMEOUT_MS'] as const;
const MIGRATE = 'run `npm run migrate`';
const ANSWERS = 'answers our signature';
/** The agreed Moderator only books; one that also tells its PIs is compared with (contracts.md 3). */
const TELLS_NO_PI =
  'answers, and does not tell which PIs it has: the reconciliation compares nothing with it. If yours does tell, check MODERATOR_URL';

export const PROBES: readonly Probe[] = [
  database('database, for callers', 'DATABASE_URL', ROLES.runtime),
  database('database, for jobs and operators', 'DATABASE_BACKGROUND_URL', ROLES.background),
  { name: 'database, replica', needs: ['DATABASE_REPLICA_URL'], run: probeReplica },
  database('database, for migrations', 'DATABASE_MIGRATION_URL', ROLES.migrator),
  { name: 'redis', needs: ['REDIS_URL'], run: probeRedis },
  neighbour('hub-core', 'HUB_CORE_URL', (http) => createHubCore(http, systemClock).organizations([NOBODYS_ID])),
  neighbour('mekari-billing', 'MEKARI_BILLING_URL', (http) => createMekariBilling(http).packagePrice(NOBODYS_ID), {
    404: ANSWERS,
  }),
  neighbour('mekari-pay', 'MEKARI_PAY_URL', (http) => {
    const options = { neighbour: http, urls: { isAllowed: () => true }, webhookSecrets: [], clock: systemClock };
    return createMekariPay(options).invoicesSince(systemClock.now()).next();
  }),
  neighbour('moderator', 'MODERATOR_URL', (http) => createModerator(http).paidPiOfOrder(NOBODYS_ID), {
    404: TELLS_NO_PI,
    405: TELLS_NO_PI,
  }),
  { name: 'mail server', needs: ['SMTP_URL', 'MAIL_FROM'], run: probeMailServer },
  { name: 'token issuer', needs: ['AUTH_JWKS_URL'], run: probeIssuer },
];

function database(name: string, setting: keyof Config & `DATABASE_${string}`, role: string): Probe {
  async function run(config: Config) {
    const url = config[setting] ?? config.DATABASE_URL;
    const options = { url, role, entities, migrations, poolSize: 1 };
    const connected = await connectDatabase(options).catch((error: Error) => {
      throw isMissingRole(error)
        ? new Error(`${error.message}: ${MIGRATE}`)
        : unreachable(url, config[setting] === undefined ? 'DATABASE_URL' : setting, error);
    });
    try {
      const [{ version } = { version: '?' }] = await connected.query(
        "select current_setting('server_version') as version",
      );
      const writes = await askForWrites(connected);
      if (writes !== 'up') throw new Error('this server takes no writes: name the primary');
      if (role === ROLES.background && (await hasPendingMigrations(connected)))
        throw new Error(`the database is not migrated to this version: ${MIGRATE}`);
      if (role === ROLES.background && !(await mayTakeJobs(connected)))
        throw new Error(`${role} may not take jobs from the queue: ${MIGRATE}, which grants it`);
      return `PostgreSQL ${version}, as ${role}`;
    } finally {
      await connected.destroy();
    }
  }
  return { name, needs: [...new Set<SettingName>(['DATABASE_URL', setting])], run };
}

async function probeReplica({ DATABASE_REPLICA_URL: url }: Config) {
  if (url === undefined) return undefined;
  const options = { url, role: ROLES.runtime, entities, migrations, poolSize: 1 };
  const replica = await connectDatabase(options).catch((error: Error) => {
    throw unreachable(url, 'DATABASE_REPLICA_URL', error);
  });
  try {
    const [row] = await replica.query(
      'select pg_is_in_recovery() as "isReplica", exists (select from pg_stat_wal_receiver) as "isFed"',
    );
    if (!row?.isReplica) throw new Error('this server takes writes: name a standby that streams from the primary');
    if (!row.isFed) throw new Error('it streams from nobody: name a standby of the primary');
    return 'a standby that streams';
  } finally {
    await replica.destroy();
  }
}

async function probeRedis({ REDIS_URL: url }: Config) {
  const address = url === undefined ? undefined : parseRedisUrl(url);
  if (address === undefined) return undefined;
  const connection = await openRedis(address);
  connection.close();
  return `${connection.name} answers`;
}

/** A signed read about nobody. `remarks` are for the statuses that are right then; with any other the URL is wrong. */
function neighbour(
  name: string,
  setting: keyof Config & `${string}_URL`,
  ask: (http: Neighbour) => Promise<unknown>,
  remarks: Readonly<Record<number, string>> = {},
): Probe {
  async function run(config: Config) {
    const credentials = { clientId: config.MEKARI_CLIENT_ID, clientSecret: config.MEKARI_CLIENT_SECRET };
    const baseUrl = String(config[setting]);
    const http = createNeighbour({
      name,
      baseUrl,
      credentials,
      timeoutMs: config.UPSTREAM_TIMEOUT_MS,
      clock: systemClock,
    });
    try {
      await ask(http);
    } catch (error) {
      const { status } = error instanceof UpstreamError ? error : {};
      const remark = status === undefined ? undefined : remarks[status];
      if (remark !== undefined) return remark;
      const suspect = status === 401 ? 'MEKARI_CLIENT_ID and MEKARI_CLIENT_SECRET' : setting;
      throw new Error(`${wordsOf(error)}: check ${suspect}`);
    } finally {
      http.close();
    }
    return ANSWERS;
  }
  return { name, needs: [setting, ...CALLING], run };
}

async function probeMailServer({ SMTP_URL: smtpUrl, MAIL_FROM: from }: Config) {
  await greetMailServer({ smtpUrl, from, timeoutMs: PROBE_TIMEOUT_MS });
  return 'greets; nothing was sent';
}

async function probeIssuer({ AUTH_JWKS_URL: url }: Config) {
  const { usable, unusable } = await readKeySet(await fetchKeySet(url, AbortSignal.timeout(PROBE_TIMEOUT_MS)));
  if (usable.length === 0) throw new Error('its key set holds no key that verifies our tokens');
  return `keys: ${usable.length} usable, ${unusable.length} not`;
}
