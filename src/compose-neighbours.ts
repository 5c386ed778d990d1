import { type CachedLookup, createCachedLookup } from './clients/cached.ts';
import { createNeighbour } from './clients/http.ts';
import { createHubCore, MAX_IDS, type OrganizationSnapshot } from './clients/hub-core.ts';
import { createMailer, type Mailer } from './clients/mailer.ts';
import { createMekariBilling, type PackagePrice } from './clients/mekari-billing.ts';
import { createMekariPay, type MekariPay } from './clients/mekari-pay.ts';
import { createModerator, type Moderator } from './clients/moderator.ts';
import { createSharedStore, type SharedStore } from './clients/shared-store.ts';
import { UpstreamError } from './clients/upstream-error.ts';
import type { Config } from './config.ts';
import type { Clock } from './kernel/clock.ts';
import { parseExact, stringifyExact } from './kernel/exact-json.ts';
import { parseRupiah } from './kernel/money.ts';
import type { Logger } from './platform/logger.ts';
import type { Telemetry } from './platform/telemetry.ts';

export interface Neighbours {
  organizations: CachedLookup<OrganizationSnapshot>;
  packages: CachedLookup<PackagePrice>;
  priceStore: SharedStore;
  mekariPay: MekariPay;
  moderator: Moderator;
  mailer: Mailer;
  close(): Promise<void>;
}

interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
}

/** The version of what is stored: another version's values are not read. */
const PRICE_PREFIX = 'topup_configuration:price:v1:';

/** The clients of the neighbours, with their caches. */
export function createNeighbours(config: Config, { clock, log, telemetry }: Parts): Neighbours {
  const credentials = { clientId: config.MEKARI_CLIENT_ID, clientSecret: config.MEKARI_CLIENT_SECRET };
  const common = { credentials, clock, timeoutMs: config.UPSTREAM_TIMEOUT_MS, onCall: telemetry.upstreamCall };
  const http = {
    hubCore: createNeighbour({ ...common, name: 'hub-core', baseUrl: config.HUB_CORE_URL }),
    billing: createNeighbour({ ...common, name: 'mekari-billing', baseUrl: config.MEKARI_BILLING_URL }),
    pay: createNeighbour({ ...common, name: 'mekari-pay', baseUrl: config.MEKARI_PAY_URL }),
    moderator: createNeighbour({ ...common, name: 'moderator', baseUrl: config.MODERATOR_URL }),
  };
  const mailer = createMailer({
    smtpUrl: config.SMTP_URL,
    from: config.MAIL_FROM,
    timeoutMs: config.UPSTREAM_TIMEOUT_MS,
  });
  const priceStore = createSharedStore({
    redisUrl: config.REDIS_URL,
    onRedisChange: (up) => log[up ? 'info' : 'warn']({ event: up ? 'redis_up' : 'redis_down' }),
  });
  const organizationStore = createSharedStore({});
  const failed = (what: string) => (id: string, error: UpstreamError) =>
    log.warn({ event: `${what}_unavailable`, [what]: id, reason: error.message });

  const hubCore = createHubCore(http.hubCore);
  const organizations = createCachedLookup<OrganizationSnapshot>({
    prefix: 'organization:',
    store: organizationStore,
    clock,
    ttlMs: config.ORGANIZATION_TTL_SECONDS * 1000,
    failureTtlMs: 0,
    batchSize: MAX_IDS,
    fetch: (ids) => hubCore.organizations(ids),
    serialize: stringifyExact,
    deserialize: (text) => parseExact(text) as OrganizationSnapshot,
    onLookup: (outcome, count) => telemetry.cacheLookup('organizations', outcome, count),
    onFailure: failed('organization'),
  });

  const billing = createMekariBilling(http.billing);
  const packages = createCachedLookup<PackagePrice>({
    prefix: PRICE_PREFIX,
    store: priceStore,
    clock,
    ttlMs: config.PRICE_TTL_SECONDS * 1000,
    failureTtlMs: config.PRICE_FAILURE_TTL_SECONDS * 1000,
    batchSize: 1,
    fetch: async ([id = '']) => new Map([[id, await billing.packagePrice(id)]]),
    serialize: ({ packageId, price }) => `${packageId} ${price}`,
    deserialize: readPrice,
    onLookup: (outcome, count) => telemetry.cacheLookup('prices', outcome, count),
    onFailure: failed('package'),
  });

  return {
    organizations,
    packages,
    priceStore,
    mekariPay: createMekariPay(http.pay),
    moderator: createModerator(http.moderator),
    mailer,
    async close() {
      for (const neighbour of Object.values(http)) neighbour.close();
      mailer.close();
      await Promise.all([priceStore.close(), organizationStore.close()]);
    },
  };
}

/** Others could write to a shared cache: what is not a price is not one. */
function readPrice(text: string): PackagePrice | undefined {
  const [packageId, digits = ''] = text.split(' ');
  const price = parseRupiah(digits);
  return packageId === undefined || price === undefined || price <= 0n ? undefined : { packageId, price };
}
