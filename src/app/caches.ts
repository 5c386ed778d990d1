import { Cache } from '../clients/cache/cache.ts';
import { createFleet } from '../clients/cache/fleet.ts';
import type { SharedStore } from '../clients/cache/shared-store.ts';
import type { HubCore, OrganizationSnapshot } from '../clients/hub-core.ts';
import { findInBatches } from '../clients/hub-core-batches.ts';
import type { MekariBilling, PackagePrice } from '../clients/mekari-billing.ts';
import { NotAskedError, UpstreamError } from '../clients/upstream-error.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { parseRupiah } from '../kernel/money.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';

interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
  /** Says each thing once a minute. */
  once: (key: string, say: () => void) => void;
}

/** The version of the stored form: another version's values are not read. */
const PRICE_PREFIX = 'topup_configuration:price:v1:';
/** Longest that reading goes on with hub-core's last answer while it fails. */
const STALE_ORGANIZATION_MS = 600_000;
/** The part of a call's time for which reading waits for a neighbour that failed last time. */
const IMPATIENT_PART = 1 / 3;
/** The part of a call's time for which a replica waits for another one's call, before it makes its own. */
const FOLLOWED_PART = 1 / 3;

/** hub-core's answers: for seconds in this replica's memory, for ten minutes while hub-core fails (docs/decisions/0031). */
export function createOrganizationCache(hubCore: HubCore, config: Config, parts: Parts): Cache<OrganizationSnapshot> {
  const { clock, log, telemetry, once } = parts;
  const onFailure = (ids: readonly string[], error: UpstreamError) => {
    const { message: reason } = error;
    if (error instanceof NotAskedError) return;
    once(`organization ${reason}`, () =>
      log.warn({ event: 'organization_unavailable', organization: ids[0], organizations: ids.length, reason }),
    );
  };
  return new Cache({
    neighbour: 'hub-core',
    clock,
    ttlMs: config.ORGANIZATION_TTL_SECONDS * 1000,
    failureTtlMs: config.PRICE_FAILURE_TTL_SECONDS * 1000,
    staleMs: STALE_ORGANIZATION_MS,
    patienceMs: config.UPSTREAM_TIMEOUT_MS * IMPATIENT_PART,
    fetch: findInBatches(hubCore, onFailure),
    onLookup: (outcome) => telemetry.cacheLookup('organizations', outcome, 1),
  });
}

/** Mekari Billing's prices: for an hour, shared by all replicas where there is a Redis (docs/decisions/0030). */
export function createPriceCache(
  billing: MekariBilling,
  redis: SharedStore | undefined,
  config: Config,
  { clock, log, telemetry, once }: Parts,
): Cache<PackagePrice> {
  const ttlMs = config.PRICE_TTL_SECONDS * 1000;
  const callMs = config.UPSTREAM_TIMEOUT_MS;
  const onFailure = (id: string, error: unknown) => {
    if (!(error instanceof UpstreamError) || error instanceof NotAskedError) return;
    const { message: reason } = error;
    once(`package ${id} ${reason}`, () => log.warn({ event: 'package_unavailable', package: id, reason }));
  };
  return new Cache({
    neighbour: 'mekari-billing',
    clock,
    ttlMs,
    failureTtlMs: config.PRICE_FAILURE_TTL_SECONDS * 1000,
    patienceMs: callMs * IMPATIENT_PART,
    refreshAhead: true,
    fetch: (id, { urgent }) =>
      billing.packagePrice(id, { urgent }).catch((error) => {
        onFailure(id, error);
        throw error;
      }),
    fleet:
      redis && createFleet({ store: redis, prefix: PRICE_PREFIX, ttlMs, longestCallMs: 2 * callMs, ...STORED_PRICE }),
    followMs: callMs * FOLLOWED_PART,
    onLookup: (outcome) => telemetry.cacheLookup('prices', outcome, 1),
  });
}

const STORED_PRICE = {
  serialize: ({ packageId, price }: PackagePrice) => `${packageId} ${price}`,
  /** Others could write to a shared cache: a text that is not a price of this package is none. */
  deserialize(text: string, packageId: string): PackagePrice | undefined {
    const ofPackage = `${packageId} `;
    const price = text.startsWith(ofPackage) ? parseRupiah(text.slice(ofPackage.length)) : undefined;
    return price === undefined || price <= 0n ? undefined : { packageId, price };
  },
};
