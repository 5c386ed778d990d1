import { z } from 'zod';
import {
  baseUrl,
  databaseUrl,
  GATEWAY_SECRET,
  hostNames,
  isHostName,
  isOrigin,
  isWebhookSecret,
  list,
  MIN_LINK_SECRET_LENGTH,
  redisUrl,
  sender,
  text,
  url,
  wholeNumber,
} from './config-values.ts';

/**
 * The only reader of the process environment. One schema gives validation, defaults and the reference page
 * (docs/settings.md is generated from it). Names: contracts.md 6.
 */
export const settings = z.object({
  PORT: wholeNumber('a port', 0, 4000, 65_535).describe('Port that the server listens on; 0 picks a free one'),
  HOST: z.string().default('0.0.0.0').describe('Address that the server listens on'),
  ALLOWED_HOSTS: hostNames
    .optional()
    .describe(
      'Host names that requests may carry in `Host`, except those of `/livez` and `/readyz`; without it any host',
    ),
  DATABASE_URL: databaseUrl.describe(
    'PostgreSQL 14 or newer. Serves callers, and everything else unless one of the next two is set',
  ),
  DATABASE_BACKGROUND_URL: databaseUrl
    .optional()
    .describe("The same database with a separate login for jobs, webhooks and operators' commands"),
  DATABASE_MIGRATION_URL: databaseUrl
    .optional()
    .describe('The same database with a separate login for `npm run migrate`'),
  DATABASE_REPLICA_URL: databaseUrl
    .optional()
    .describe(
      'A standby that streams from it, with the login of DATABASE_URL. Reads of history go there: older pages of orders and ledger, and statements of past months',
    ),
  REPLICA_MAX_LAG_SECONDS: wholeNumber('a time', 1, 5, 3600).describe('Longest lag at which the replica is read'),
  REDIS_URL: redisUrl
    .optional()
    .describe(
      'Shares prices and the count of mutations among all replicas; without it each replica keeps its own in memory. One server, the nodes of a Redis Cluster, or Sentinels and the name of their master',
    ),
  PUBLIC_URL: baseUrl('an http(s) URL').describe(
    'Base URL at which Mekari Pay and browsers reach us: the webhook is PUBLIC_URL/webhooks/mekari-pay, and links to documents begin with PUBLIC_URL/documents/',
  ),
  CHECKOUT_RETURN_URL: url('an http(s) URL').describe('Page to which the buyer returns from the payment page'),
  HUB_CORE_URL: baseUrl('an http(s) URL').describe('hub-core: organizations, components, excess'),
  MEKARI_BILLING_URL: baseUrl('an http(s) URL').describe('Mekari Billing: prices of packages'),
  MEKARI_PAY_URL: baseUrl('an http(s) URL').describe('Mekari Pay: invoices'),
  PAYMENT_URL_HOSTS: hostNames
    .optional()
    .describe('Hosts to which a buyer may be sent to pay; without it any host, over https'),
  MODERATOR_URL: baseUrl('an http(s) URL').describe('Moderator: books paid PIs'),
  MEKARI_CLIENT_ID: text('the HMAC client id').describe('User name with which we sign calls to the neighbours'),
  MEKARI_CLIENT_SECRET: text('the HMAC client secret').describe('Key with which we sign calls to the neighbours'),
  MEKARI_PAY_WEBHOOK_SECRET: text('one or more whsec_… secrets of at least 8 bytes, comma-separated')
    .transform(list)
    .refine((secrets) => secrets.length > 0 && secrets.every(isWebhookSecret), {
      error: 'is not a comma-separated list of whsec_<base64> secrets of at least 8 bytes',
    })
    .describe("Verifies Mekari Pay's webhooks; list several, comma-separated, during a rotation"),
  SMTP_URL: url('an SMTP URL, smtp://host:port', /^smtps?$/).describe('Mail server'),
  MAIL_FROM: sender.describe('Sender of our e-mails'),
  AUTH_JWKS_URL: url('an http(s) URL').describe("The token issuer's public keys"),
  AUTH_ISSUER: text("the tokens' issuer").describe('Required `iss` of a token'),
  AUTH_AUDIENCE: text("the tokens' audience").describe('Required `aud` of a token'),
  DOCUMENT_LINK_SECRET: z
    .string()
    .transform(list)
    .refine((secrets) => secrets.length > 0 && secrets.every((secret) => secret.length >= MIN_LINK_SECRET_LENGTH), {
      error: `is not a comma-separated list of secrets of at least ${MIN_LINK_SECRET_LENGTH} characters; leave it out, or make one with \`openssl rand -base64 32\``,
    })
    .optional()
    .describe(
      'Signs the links to documents of orders, which last ten minutes; list several, comma-separated, during a rotation: the first one signs. Without it the key comes from MEKARI_CLIENT_SECRET',
    ),
  GATEWAY_SECRET: z
    .string()
    .transform(list)
    .refine((secrets) => secrets.length > 0, { error: 'is empty; leave it out or give one or more secrets' })
    .refine((secrets) => secrets.every((secret) => GATEWAY_SECRET.test(secret)), {
      error: 'is not a comma-separated list of secrets of printable ASCII characters',
    })
    .optional()
    .describe(
      'If it is set, /graphql answers only requests with this x-gateway-secret; list several, comma-separated, during a rotation',
    ),
  GATEWAY_MODE: z
    .enum(['on', 'off'], { error: 'is not on or off' })
    .default('off')
    .describe(
      '`on` says that only a gateway reaches /graphql, by other means than GATEWAY_SECRET: refused operations then answer 200 whatever `Accept` prefers, because gateways hide the errors of other statuses',
    ),
  GRAPH_SCHEMA_PUBLIC: z
    .enum(['on', 'off'], { error: 'is not on or off' })
    .default('off')
    .describe(
      '`on` shows the schema (introspection, `_service`) and federated traces to everybody; with GATEWAY_SECRET the gateway sees them anyway',
    ),
  CORS_ORIGINS: z
    .string()
    .transform(list)
    .refine((origins) => origins.length > 0 && origins.every(isOrigin), {
      error: 'is not a comma-separated list of origins, each scheme://host[:port] without a path and without *',
    })
    .optional()
    .describe(
      'Origins whose pages may call the graph and the REST routes from a browser; without it no other origin may',
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl('an http(s) URL')
    .optional()
    .describe(
      'Collector that receives traces, OTLP over HTTP: the path /v1/traces is added; without it no traces are made',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'is not one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info')
    .describe('Least severe level to log'),
  LOG_FORMAT: z
    .enum(['json', 'pretty'], { error: 'is not json or pretty' })
    .default('json')
    .describe('`pretty` writes lines for a person, with pino-pretty, which is installed for development only'),
  LOG_REQUESTS_PERCENT: wholeNumber('a share', 0, 100, 100).describe(
    'Share of the lines `request` about queries without a fault; mutations, faults and everything else are always logged',
  ),
  PRICE_TTL_SECONDS: wholeNumber('a time', 1, 3600).describe('Maximum age of a cached price'),
  PRICE_FAILURE_TTL_SECONDS: wholeNumber('a time', 0, 5).describe('Time before a failed price lookup is retried'),
  ORGANIZATION_TTL_SECONDS: wholeNumber('a time', 0, 30).describe("Maximum age of hub-core's answer for reads"),
  QUOTE_TTL_SECONDS: wholeNumber('a time', 1, 1800).describe('Time for which a draft keeps its prices'),
  APPROVAL_TTL_SECONDS: wholeNumber('a time', 1, 259_200).describe(
    'Time for which a draft keeps its prices from when it is submitted for approval',
  ),
  PAYMENT_TTL_SECONDS: wholeNumber('a time', 1, 86_400).describe('Time for which a confirmed order awaits its payment'),
  RECONCILE_INTERVAL_SECONDS: wholeNumber('a time', 1, 60).describe(
    'Interval at which pending orders are polled at Mekari Pay, and overdue orders and quotes expire',
  ),
  UPSTREAM_TIMEOUT_MS: wholeNumber('a time', 1, 3000, 120_000).describe('Longest duration of one call to a neighbour'),
  SMTP_TIMEOUT_SECONDS: wholeNumber('a time', 1, 600, 3600).describe(
    'Longest duration of one mail, from the connection to the final answer; a short one sends twice what a slow mail server accepts',
  ),
  MUTATIONS_PER_MINUTE: wholeNumber('a rate', 0, 600).describe(
    'Most mutations per caller and minute, over all replicas that share a Redis; 0 switches the limit off',
  ),
  MAX_WAITING_REQUESTS: wholeNumber('a number', 0, 2500, 4000).describe(
    'Most requests with `waitSeconds` and streams at once, per process',
  ),
  MAX_WAITING_REQUESTS_PER_CALLER: wholeNumber('a number', 0, 10, 4000).describe('The same of one caller, per process'),
  MAX_ORDERS_AWAITING_PAYMENT: wholeNumber('a number', 0, 20).describe(
    'Most orders of one organization that await their payment; 0 switches the limit off',
  ),
  EVENT_INTERNAL_HOSTS: z
    .string()
    .transform((value) => list(value.toLowerCase()))
    .refine((hosts) => hosts.every(isHostName), { error: 'is not a comma-separated list of host names' })
    .optional()
    .describe(
      'Hosts of your own network that may receive events: at private addresses, and without TLS; all others need https and a public address',
    ),
  MAX_LIVE_DRAFTS: wholeNumber('a number', 0, 50).describe(
    'Most drafts of one organization whose quote is alive; 0 switches the limit off',
  ),
});

export type Config = Readonly<z.output<typeof settings>>;

/** Lists every fault of the environment, one per line. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The environment is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const UNVERIFIED_TLS =
  'NODE_TLS_REJECT_UNAUTHORIZED is 0, which disables every certificate check: unset it, and name your own authority in NODE_EXTRA_CA_CERTS';

type Environment = Record<string, string | undefined>;

/** Treats an empty variable as unset: compose files and CI systems leave one out in that way. */
function read<S extends z.ZodObject>(schema: S, environment: Environment): z.output<S> {
  const nonEmpty = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(nonEmpty);
  const faults = (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} ${issue.message}`);
  // This is Node's own setting. It would disable certificate checks for the neighbours and the database.
  if (nonEmpty['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') faults.push(UNVERIFIED_TLS);
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new ConfigError(faults);
}

// biome-ignore lint/style/noProcessEnv: this file is the one reader of the environment
const processEnvironment: Environment = process.env;

/** Throws ConfigError with every fault. */
export function loadConfig(environment: Environment = processEnvironment): Config {
  return Object.freeze(read(settings, environment));
}

export type SettingName = keyof Config;

/** Reads each setting by itself: the values of those that are right, and the fault of each that is not. */
export function inspectConfig(environment: Environment = processEnvironment) {
  const values: Record<string, unknown> = {};
  const faults = new Map<SettingName, string>();
  for (const name of Object.keys(settings.shape) as SettingName[]) {
    const parsed = settings.shape[name].safeParse(environment[name] === '' ? undefined : environment[name]);
    if (parsed.success) values[name] = parsed.data;
    else faults.set(name, parsed.error.issues.map(({ message }) => message).join(', '));
  }
  const unsafe = environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' ? UNVERIFIED_TLS : undefined;
  return { values: values as Partial<Config>, faults, unsafe };
}

/** Every call to a neighbour is signed and bounded in time. */
const CALLING = { MEKARI_CLIENT_ID: true, MEKARI_CLIENT_SECRET: true, UPSTREAM_TIMEOUT_MS: true } as const;

/** Loads the settings of a command that asks one neighbour. */
export const loadHubCoreConfig = (environment: Environment = processEnvironment) =>
  read(settings.pick({ HUB_CORE_URL: true, ...CALLING }), environment);
export const loadMekariPayConfig = (environment: Environment = processEnvironment) =>
  read(settings.pick({ MEKARI_PAY_URL: true, PAYMENT_URL_HOSTS: true, ...CALLING }), environment);
export const loadModeratorConfig = (environment: Environment = processEnvironment) =>
  read(settings.pick({ MODERATOR_URL: true, ...CALLING }), environment);

/** Loads the settings of a reconciliation at once, so that all that are missing are named together. */
export const loadReconcileConfig = (environment: Environment = processEnvironment) =>
  read(
    settings.pick({ MEKARI_PAY_URL: true, MODERATOR_URL: true, CHECKOUT_RETURN_URL: true, ...CALLING }),
    environment,
  );

/** Loads the setting that says where events may go. */
export const loadEventConfig = (environment: Environment = processEnvironment) =>
  read(settings.pick({ EVENT_INTERNAL_HOSTS: true }), environment);

/** Loads the settings of operators' commands, which run where the neighbours' settings are not available. */
export const loadCommandConfig = (environment: Environment = processEnvironment) =>
  read(settings.pick({ DATABASE_URL: true, DATABASE_BACKGROUND_URL: true, DATABASE_MIGRATION_URL: true }), environment);
