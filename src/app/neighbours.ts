import { type BreakerState, SilenceBreaker } from '../clients/breaker.ts';
import type { Cache } from '../clients/cache/cache.ts';
import { createSharedStore, type SharedStore } from '../clients/cache/shared-store.ts';
import { createNeighbour } from '../clients/http.ts';
import { createHubCore, type OrganizationSnapshot } from '../clients/hub-core.ts';
import { createMailer, type Mailer } from '../clients/mailer.ts';
import { createMekariBilling, type PackagePrice } from '../clients/mekari-billing.ts';
import { createMekariPay, createPaymentUrlCheck, hostOf } from '../clients/mekari-pay/index.ts';
import { createModerator, type Moderator } from '../clients/moderator.ts';
import { createWebhookSender, type WebhookSender } from '../clients/webhook-sender.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../kernel/clock.ts';
import type { PaymentProvider } from '../payments/index.ts';
import { createLogLimit } from '../platform/telemetry/log-limit.ts';
import type { Logger } from '../platform/telemetry/logger.ts';
import { inSpan, SpanKind, setFacts, traceHeaders } from '../platform/telemetry/spans.ts';
import type { Telemetry } from '../platform/telemetry/telemetry.ts';
import { createOrganizationCache, createPriceCache } from './caches.ts';

export interface Neighbours {
  organizations: Cache<OrganizationSnapshot>;
  packages: Cache<PackagePrice>;
  /** undefined without REDIS_URL. */
  redis: SharedStore | undefined;
  /** To add a provider, add a folder in clients/ and a line below. */
  paymentProvider: PaymentProvider;
  moderator: Moderator;
  mailer: Mailer;
  webhookSender: WebhookSender;
  close(): void;
}

interface Parts {
  clock: Clock;
  log: Logger;
  telemetry: Telemetry;
}

/** Share of a call's timeout for which calls wait for the probe of a silent neighbour. */
const PROBE_WAIT_SHARE = 1 / 3;

/** Creates the clients of the neighbours, with their caches. */
export function createNeighbours(config: Config, parts: Parts): Neighbours {
  const { clock, log, telemetry } = parts;
  const http = connectNeighbours(config, parts);
  const mailer = createMailer({
    timeoutMs: config.SMTP_TIMEOUT_SECONDS * 1000,
    onCall: telemetry.upstreamCall,
    smtpUrl: config.SMTP_URL,
    from: config.MAIL_FROM,
  });
  const webhookSender = createWebhookSender({ internalHosts: config.EVENT_INTERNAL_HOSTS ?? [] });
  const redis = config.REDIS_URL === undefined ? undefined : connectRedis(config.REDIS_URL, parts);
  const once = createLogLimit(clock);
  const packages = createPriceCache(createMekariBilling(http.billing), redis, config, { ...parts, once });
  return {
    organizations: createOrganizationCache(createHubCore(http.hubCore, clock), config, { ...parts, once }),
    packages,
    redis,
    paymentProvider: createMekariPay({
      neighbour: http.pay,
      urls: {
        isAllowed: createPaymentUrlCheck({ payBaseUrl: config.MEKARI_PAY_URL, hosts: config.PAYMENT_URL_HOSTS }),
        onRefused: (url) =>
          once(`payment url ${hostOf(url)}`, () => log.error({ event: 'payment_url_refused', host: hostOf(url) })),
      },
      webhookSecrets: config.MEKARI_PAY_WEBHOOK_SECRET,
      clock,
    }),
    moderator: createModerator(http.moderator),
    mailer: {
      ...mailer,
      send: (mail, stopping) =>
        inClientSpan({ neighbour: 'mail', method: 'SMTP', route: 'send' }, () => mailer.send(mail, stopping)),
    },
    webhookSender,
    close() {
      packages.stop();
      for (const neighbour of Object.values(http)) neighbour.close();
      mailer.close();
      webhookSender.close();
      redis?.close();
    },
  };
}

/** Requests wait for three neighbours, each behind a breaker. Only jobs call Moderator: one order that hangs must not block others. */
function connectNeighbours(config: Config, { clock, log, telemetry }: Parts) {
  const timeoutMs = config.UPSTREAM_TIMEOUT_MS;
  const credentials = { clientId: config.MEKARI_CLIENT_ID, clientSecret: config.MEKARI_CLIENT_SECRET };
  const onState = (neighbour: string, state: BreakerState) => {
    telemetry.breakerState(neighbour, state);
    if (state === 'open') log.warn({ event: 'neighbour_silent', neighbour });
    else log.debug({ event: 'breaker', neighbour, state });
  };
  const common = { timeoutMs, credentials, clock, around: inClientSpan, onCall: telemetry.upstreamCall };
  const withBreaker = (name: string, baseUrl: string) => {
    const breaker = new SilenceBreaker({ neighbour: name, patienceMs: timeoutMs * PROBE_WAIT_SHARE, onState });
    return createNeighbour({ ...common, name, baseUrl, breaker });
  };
  return {
    hubCore: withBreaker('hub-core', config.HUB_CORE_URL),
    billing: withBreaker('mekari-billing', config.MEKARI_BILLING_URL),
    pay: withBreaker('mekari-pay', config.MEKARI_PAY_URL),
    moderator: createNeighbour({ ...common, name: 'moderator', baseUrl: config.MODERATOR_URL }),
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

/** Runs a call in a span, to which the neighbour can add its own. */
function inClientSpan<T>(
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
