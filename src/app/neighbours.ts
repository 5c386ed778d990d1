import { type BreakerState, SilenceBreaker } from '../clients/breaker.ts';
import { type CachedLookup, createCachedLookup } from '../clients/cache/cached.ts';
import { createSharedEntries } from '../clients/cache/shared-entries.ts';
import { createSharedStore, type SharedStore } from '../clients/cache/shared-store.ts';
import { createNeighbour } from '../clients/http.ts';
import { createHubCore, MAX_IDS, type OrganizationSnapshot } from '../clients/hub-core.ts';
import { createMailer, type Mailer } from '../clients/mailer.ts';
import { createMekariBilling, type PackagePrice } from '../clients/mekari-billing.ts';
import { createMekariPay, createPaymentUrlCheck, hostOf } from '../clients/mekari-pay/index.ts';
import { createModerator, type Moderator } from '../clients/moderator.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import { parseRupiah } from '../kernel/money.ts';
import type { PaymentProvider } from '../payments/index.ts';
import { createLogLimit } from '../platform/telemetry/log-limit.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { inSpan, SpanKind, setFacts, traceHeaders } from '../platform/telemetry/spans.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';

export interface Neighbours {
  organizations: CachedLookup<OrganizationSnapshot>;
  packages: CachedLookup<PackagePrice>;
  /** undefined: there is none. */
  redis: SharedStore | undefined;
  /** Another provider is another folder of clients/ and another line below. */
  paymentProvider: PaymentProvider;
  moderator: Moderator;
  mailer: Mailer;
  close(): void;
}

interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
}

/** The version of what is stored: another version's values are not read. */
const PRICE_PREFIX = 'topup_configuration:price:v1:';
/** Longest that reading goes on with hub-core's last answer while it fails. */
const STALE_ORGANIZATION_MS = 600_000;
/** How much of a call's time reading waits for a neighbour that failed last time. */
const IMPATIENT_PART = 1 / 3;
/** How much of a call's time a replica waits for another one's, before it makes its own. */
const FOLLOWED_PART = 1 / 3;

/** The clients of the neighbours, with their caches. */
export function createNeighbours(config: Config, { clock, log, telemetry }: Parts): Neighbours {
  const credentials = { clientId: config.MEKARI_CLIENT_ID, clientSecret: config.MEKARI_CLIENT_SECRET };
  const timeoutMs = config.UPSTREAM_TIMEOUT_MS;
  const onState = (neighbour: string, state: BreakerState) => {
    telemetry.breakerState(neighbour, state);
    if (state === 'open') log.warn({ event: 'neighbour_silent', neighbour });
    else log.debug({ event: 'breaker', neighbour, state });
  };
  const told = { timeoutMs, onCall: telemetry.upstreamCall };
  const common = { ...told, credentials, clock, around: traced };
  const breaker = (neighbour: string) =>
    new SilenceBreaker({ neighbour, patienceMs: timeoutMs * IMPATIENT_PART, onState });
  const guarded = (name: string, baseUrl: string) =>
    createNeighbour({ ...common, name, baseUrl, breaker: breaker(name) });
  const http = {
    hubCore: guarded('hub-core', config.HUB_CORE_URL),
    billing: guarded('mekari-billing', config.MEKARI_BILLING_URL),
    pay: guarded('mekari-pay', config.MEKARI_PAY_URL),
    moderator: createNeighbour({ ...common, name: 'moderator', baseUrl: config.MODERATOR_URL }),
  };
  const mailer = createMailer({ ...told, smtpUrl: config.SMTP_URL, from: config.MAIL_FROM });
  const redis = config.REDIS_URL === undefined ? undefined : connectRedis(config.REDIS_URL, { log, telemetry });

  const failureTtlMs = config.PRICE_FAILURE_TTL_SECONDS * 1000;
  const logged = createLogLimit(clock);
  const hubCore = createHubCore(http.hubCore, clock);
  const organizations = createCachedLookup<OrganizationSnapshot>({
    neighbour: 'hub-core',
    clock,
    ttlMs: config.ORGANIZATION_TTL_SECONDS * 1000,
    failureTtlMs,
    staleMs: STALE_ORGANIZATION_MS,
    patienceMs: timeoutMs * IMPATIENT_PART,
    batchSize: MAX_IDS,
    fetch: (ids, how) => hubCore.organizations(ids, how),
    onLookup: (outcome, count) => telemetry.cacheLookup('organizations', outcome, count),
    onFailure: (ids, { message: reason }) =>
      logged(`organization ${reason}`, () =>
        log.warn({ event: 'organization_unavailable', organization: ids[0], organizations: ids.length, reason }),
      ),
  });

  const billing = createMekariBilling(http.billing);
  const ttlMs = config.PRICE_TTL_SECONDS * 1000;
  const packages = createCachedLookup<PackagePrice>({
    neighbour: 'mekari-billing',
    clock,
    ttlMs,
    failureTtlMs,
    patienceMs: timeoutMs * IMPATIENT_PART,
    refreshAhead: true,
    batchSize: 1,
    fetch: async ([id = ''], how) => new Map([[id, await billing.packagePrice(id, how)]]),
    followMs: timeoutMs * FOLLOWED_PART,
    shared:
      redis &&
      createSharedEntries({
        store: redis,
        prefix: PRICE_PREFIX,
        ttlMs,
        longestCallMs: 2 * timeoutMs,
        serialize: ({ packageId, price }) => `${packageId} ${price}`,
        deserialize: readPrice,
      }),
    onLookup: (outcome, count) => telemetry.cacheLookup('prices', outcome, count),
    onFailure: (ids, { message: reason }) =>
      logged(`package ${ids[0]} ${reason}`, () => log.warn({ event: 'package_unavailable', package: ids[0], reason })),
  });

  return {
    organizations,
    packages,
    redis,
    paymentProvider: createMekariPay({
      neighbour: http.pay,
      urls: {
        isAllowed: createPaymentUrlCheck({ payBaseUrl: config.MEKARI_PAY_URL, hosts: config.PAYMENT_URL_HOSTS }),
        onRefused: (url) =>
          logged(`payment url ${hostOf(url)}`, () => log.error({ event: 'payment_url_refused', host: hostOf(url) })),
      },
      webhookSecrets: config.MEKARI_PAY_WEBHOOK_SECRET,
      clock,
    }),
    moderator: createModerator(http.moderator),
    mailer: {
      ...mailer,
      send: (mail) => traced({ neighbour: 'mail', method: 'SMTP', route: 'send' }, () => mailer.send(mail)),
    },
    close() {
      packages.stop();
      for (const neighbour of Object.values(http)) neighbour.close();
      mailer.close();
      redis?.close();
    },
  };
}

function connectRedis(url: string, { log, telemetry }: Pick<Parts, 'log' | 'telemetry'>): SharedStore {
  return createSharedStore({
    url,
    onChange: (up) => {
      telemetry.redisUp(up);
      log[up ? 'info' : 'warn']({ event: up ? 'redis_up' : 'redis_down' });
    },
    onCall: telemetry.redisCall,
  });
}

/** A call in a span of its own, which the neighbour's own spans may be part of. */
function traced<T>(
  { neighbour, method, route }: { neighbour: string; method: string; route: string },
  run: (headers: Record<string, string>) => Promise<T>,
): Promise<T> {
  const terms = { kind: SpanKind.CLIENT, facts: { neighbour } };
  return inSpan(`${neighbour} ${method} ${route}`, terms, async (span) => {
    const answer = await run(traceHeaders());
    setFacts(span, { outcome: 'ok' });
    return answer;
  });
}

/** Others could write to a shared cache: what is not a price of this package is not one. */
function readPrice(text: string, packageId: string): PackagePrice | undefined {
  const ofPackage = `${packageId} `;
  const price = text.startsWith(ofPackage) ? parseRupiah(text.slice(ofPackage.length)) : undefined;
  return price === undefined || price <= 0n ? undefined : { packageId, price };
}
