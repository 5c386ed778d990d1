import { z } from 'zod';

/**
 * The only reader of the process environment. One schema gives validation, defaults and the reference page
 * (docs/settings.md is generated from it). Names: contracts.md 6.
 */
const text = (what: string) =>
  z
    .string({ error: `is missing; expected ${what}` })
    .trim()
    .min(1, `is empty; expected ${what}`);

const url = (what: string, protocols: RegExp = /^https?$/) =>
  text(what).refine((value) => URL.canParse(value) && protocols.test(new URL(value).protocol.slice(0, -1)), {
    error: `is not ${what}`,
  });

const baseUrl = (what: string) => url(what).transform((value) => value.replace(/\/+$/, ''));

const databaseUrl = url('a PostgreSQL URL, postgres://user:password@host:port/database', /^postgres(ql)?$/);

const wholeNumber = (what: string, minimum: number, fallback: number, maximum = 2_147_483_647) =>
  z
    .string()
    .default(String(fallback))
    .refine((value) => /^\d+$/.test(value) && Number(value) >= minimum && Number(value) <= maximum, {
      error: `is not ${what}: expected a whole number from ${minimum} to ${maximum}`,
    })
    .transform(Number);

const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** As a browser sends it: a port only where it is not the scheme's own, and nothing behind it. */
const isOrigin = (value: string) =>
  /^https?:\/\/[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value;

/** Standard Webhooks asks for 24 bytes and more; a handful would be guessed. */
const MIN_SECRET_BYTES = 8;

const isWebhookSecret = (value: string) =>
  /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(value) &&
  Buffer.from(value.slice('whsec_'.length), 'base64').length >= MIN_SECRET_BYTES;

const isHostName = (value: string) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value);
/** Another character does not come through a header. */
const GATEWAY_SECRET = /^[\x21-\x7e]+$/;

export const settings = z.object({
  PORT: wholeNumber('a port', 0, 4000, 65_535).describe('Port that the server listens on; 0 picks a free one'),
  HOST: z.string().default('0.0.0.0').describe('Address that the server listens on'),
  DATABASE_URL: databaseUrl.describe(
    'PostgreSQL 14 or newer. Callers are served through it, and all the rest too unless one of the next two is set',
  ),
  DATABASE_BACKGROUND_URL: databaseUrl
    .optional()
    .describe("The same database for jobs, webhook and operators' commands, by a login of their own"),
  DATABASE_MIGRATION_URL: databaseUrl
    .optional()
    .describe('The same database for `npm run migrate`, by a login of its own'),
  REDIS_URL: url('a Redis URL, redis://host:port', /^rediss?$/)
    .optional()
    .describe('Prices and the count of mutations, shared by all replicas; without it each keeps its own in memory'),
  PUBLIC_URL: baseUrl('an http(s) URL').describe(
    'Where Mekari Pay reaches us: the webhook is PUBLIC_URL/webhooks/mekari-pay',
  ),
  CHECKOUT_RETURN_URL: url('an http(s) URL').describe('Page that the buyer comes back to from the pay page'),
  HUB_CORE_URL: baseUrl('an http(s) URL').describe('hub-core: organizations, components, excess'),
  MEKARI_BILLING_URL: baseUrl('an http(s) URL').describe('Mekari Billing: prices of packages'),
  MEKARI_PAY_URL: baseUrl('an http(s) URL').describe('Mekari Pay: invoices'),
  PAYMENT_URL_HOSTS: z
    .string()
    .transform((value) => list(value.toLowerCase()))
    .refine((hosts) => hosts.length > 0 && hosts.every(isHostName), {
      error: 'is not a comma-separated list of host names',
    })
    .optional()
    .describe('Hosts that a buyer may be sent to for paying; without it any, by https'),
  MODERATOR_URL: baseUrl('an http(s) URL').describe('Moderator: books paid PIs'),
  MEKARI_CLIENT_ID: text('the HMAC client id').describe('Signs our calls to the neighbours: the user name'),
  MEKARI_CLIENT_SECRET: text('the HMAC client secret').describe('Signs our calls to the neighbours: the key'),
  MEKARI_PAY_WEBHOOK_SECRET: text('one or more whsec_… secrets of at least 8 bytes, comma-separated')
    .transform(list)
    .refine((secrets) => secrets.length > 0 && secrets.every(isWebhookSecret), {
      error: 'is not a comma-separated list of whsec_<base64> secrets of at least 8 bytes',
    })
    .describe("Verifies Mekari Pay's webhooks; several while one is being rotated"),
  SMTP_URL: url('an SMTP URL, smtp://host:port', /^smtps?$/).describe('Mail server'),
  MAIL_FROM: text('a sender, "Name <address>"').describe('Sender of our e-mails'),
  AUTH_JWKS_URL: url('an http(s) URL').describe("The token issuer's public keys"),
  AUTH_ISSUER: text("the tokens' issuer").describe('Required `iss` of a token'),
  AUTH_AUDIENCE: text("the tokens' audience").describe('Required `aud` of a token'),
  GATEWAY_SECRET: z
    .string()
    .transform(list)
    .refine((secrets) => secrets.length > 0, { error: 'is empty; leave it out or give one or more secrets' })
    .refine((secrets) => secrets.every((secret) => GATEWAY_SECRET.test(secret)), {
      error: 'is not a comma-separated list of secrets of printable ASCII characters',
    })
    .optional()
    .describe('When set, /graphql answers only to this x-gateway-secret; comma-separated while one is being rotated'),
  GRAPH_SCHEMA_PUBLIC: z
    .enum(['on', 'off'], { error: 'is not on or off' })
    .default('off')
    .describe(
      'Whether the schema (introspection, `_service`) and federated traces are for everybody; with GATEWAY_SECRET the gateway has them anyway',
    ),
  CORS_ORIGINS: z
    .string()
    .transform(list)
    .refine((origins) => origins.length > 0 && origins.every(isOrigin), {
      error: 'is not a comma-separated list of origins, each scheme://host[:port] without a path and without *',
    })
    .optional()
    .describe("Whose pages may ask the graph and the REST routes from a browser; without it no other origin's"),
  OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl('an http(s) URL')
    .optional()
    .describe(
      'Collector that traces are sent to, OTLP over HTTP: the path /v1/traces is added; without it none are made',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'is not one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info')
    .describe('Least severe level that is logged'),
  PRICE_TTL_SECONDS: wholeNumber('a time', 1, 3600).describe('How long a price may be shown after it was asked for'),
  PRICE_FAILURE_TTL_SECONDS: wholeNumber('a time', 0, 5).describe('How long a failed price is not asked for again'),
  ORGANIZATION_TTL_SECONDS: wholeNumber('a time', 0, 30).describe("How long hub-core's answer serves reading"),
  QUOTE_TTL_SECONDS: wholeNumber('a time', 1, 1800).describe('How long a draft keeps its prices'),
  PAYMENT_TTL_SECONDS: wholeNumber('a time', 1, 86_400).describe('How long a confirmed order waits for its payment'),
  RECONCILE_INTERVAL_SECONDS: wholeNumber('a time', 1, 60).describe(
    'How often pending orders are polled at Mekari Pay and what ran out is expired',
  ),
  UPSTREAM_TIMEOUT_MS: wholeNumber('a time', 1, 3000, 120_000).describe(
    'Longest that one call to a neighbour may take',
  ),
  MUTATIONS_PER_MINUTE: wholeNumber('a rate', 0, 600).describe(
    'Mutations per caller and minute, over all replicas that share a Redis; 0 switches the limit off',
  ),
});

export type Config = Readonly<z.output<typeof settings>>;

/** Every fault of the environment at once, a line each. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The environment is not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const UNVERIFIED_TLS =
  'NODE_TLS_REJECT_UNAUTHORIZED is 0: nobody would be verified; name an authority of your own in NODE_EXTRA_CA_CERTS';

type Environment = Record<string, string | undefined>;

/** An empty variable counts as one that is not set: that is how compose files and CI systems leave one out. */
function read<S extends z.ZodObject>(schema: S, environment: Environment): z.output<S> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  const faults = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  // Not a setting of ours: it would have every certificate taken for good, of the neighbours as of the database.
  if (given['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') faults.push(UNVERIFIED_TLS);
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new ConfigError(faults);
}

// biome-ignore lint/style/noProcessEnv: this file is the one reader of the environment
const processEnvironment: Environment = process.env;

/** Throws ConfigError with every fault. */
export function loadConfig(environment: Environment = processEnvironment): Config {
  return Object.freeze(read(settings, environment));
}

/** What a command needs that asks hub-core. */
export function loadHubCoreConfig(environment: Environment = processEnvironment) {
  const wanted = {
    HUB_CORE_URL: true,
    MEKARI_CLIENT_ID: true,
    MEKARI_CLIENT_SECRET: true,
    UPSTREAM_TIMEOUT_MS: true,
  } as const;
  return read(settings.pick(wanted), environment);
}

/** What the operators' commands need: they run where the neighbours' settings are not at hand. */
export function loadCommandConfig(environment: Environment = processEnvironment) {
  const wanted = { DATABASE_URL: true, DATABASE_BACKGROUND_URL: true, DATABASE_MIGRATION_URL: true } as const;
  return read(settings.pick(wanted), environment);
}
