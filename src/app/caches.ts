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
  /** Logs each key at most once a minute. */
  once: (key: string, log: () => void) => void;
}

/** Contains the version of the stored form: a replica does not read another version's values. */
const PRICE_PREFIX = 'topup_configuration:price:v1:';
/** Maximum age of hub-core's last answer for reads while hub-core fails. */
const STALE_ORGANIZATION_MS = 600_000;
/** Share of a call's timeout for which a read waits for a neighbour whose last call failed. */
const FAILING_WAIT_SHARE = 1 / 3;
/** Share of a call's timeout for which a replica waits for another one's call, before it makes its own. */
const FOLLOW_SHARE = 1 / 3;

/** Caches hub-core's answers in this replica: for seconds, and for ten minutes while hub-core fails (docs/decisions/0031). */
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
    patienceMs: config.UPSTREAM_TIMEOUT_MS * FAILING_WAIT_SHARE,
    fetch: findInBatches(hubCore, onFailure),
    onLookup: (outcome) => telemetry.cacheLookup('organizations', outcome, 1),
  });
}

/** Caches Mekari Billing's prices for an hour; with Redis, all replicas share them (docs/decisions/0030). */
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
    patienceMs: callMs * FAILING_WAIT_SHARE,
    refreshAhead: true,
    fetch: (id, { urgent }) =>
      billing.packagePrice(id, { urgent }).catch((error) => {
        onFailure(id, error);
        throw error;
      }),
    fleet:
      redis && createFleet({ store: redis, prefix: PRICE_PREFIX, ttlMs, longestCallMs: 2 * callMs, ...PRICE_FORM }),
    followMs: callMs * FOLLOW_SHARE,
    onLookup: (outcome) => telemetry.cacheLookup('prices', outcome, 1),
  });
}

const PRICE_FORM = {
  serialize: ({ packageId, price }: PackagePrice) => `${packageId} ${price}`,
  /** Ignores a text that is not a price of this package: other programs can write to Redis. */
  deserialize(text: string, packageId: string): PackagePrice | undefined {
    const prefix = `${packageId} `;
    const price = text.startsWith(prefix) ? parseRupiah(text.slice(prefix.length)) : undefined;
    return price === undefined || price <= 0n ? undefined : { packageId, price };
  },
};
