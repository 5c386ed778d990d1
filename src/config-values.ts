import addressparser from 'nodemailer/lib/addressparser';
import { z } from 'zod';
import { parseRedisUrl } from './clients/cache/redis-address.ts';

/** Forms of settings' values, each with a fault in words. */
export const text = (what: string) =>
  z
    .string({ error: `is missing; expected ${what}` })
    .trim()
    .min(1, `is empty; expected ${what}`);

export const url = (what: string, protocols: RegExp = /^https?$/) =>
  text(what).refine((value) => URL.canParse(value) && protocols.test(new URL(value).protocol.slice(0, -1)), {
    error: `is not ${what}`,
  });

export const baseUrl = (what: string) => url(what).transform((value) => value.replace(/(?<!\/)\/+$/, ''));

const POSTGRES_URL = 'a PostgreSQL URL, postgres://user:password@host:port/database';
export const databaseUrl = url(POSTGRES_URL, /^postgres(ql)?$/)
  .refine(isDecodable, { error: `is not ${POSTGRES_URL}: a % must be written as %25` })
  .transform(verifying);

function isDecodable(value: string): boolean {
  try {
    return decodeURIComponent(value) !== '';
  } catch {
    return false;
  }
}

/**
 * pg verifies certificates in each of these modes, and warns at each start that a later version may not. `verify-full` keeps the check and
 * gives no warning.
 */
function verifying(value: string): string {
  if (/[?&]uselibpqcompat=true/.test(value)) return value;
  return value.replace(/([?&]sslmode=)(prefer|require|verify-ca)\b/, '$1verify-full');
}

const REDIS_FORMS =
  'a Redis URL: redis://host:port, redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/master';
export const redisUrl = text(REDIS_FORMS).refine((value) => parseRedisUrl(value) !== undefined, {
  error: `is not ${REDIS_FORMS}`,
});

const SENDER = 'a sender, "Name <address>"';
export const sender = text(SENDER).refine(isMailbox, { error: `is not ${SENDER}` });

/** One mailbox. A mail server of the own network may take a sender without a full stop in its domain. */
function isMailbox(value: string): boolean {
  const [mailbox, ...others] = addressparser(value, { flatten: true });
  return others.length === 0 && /^[^\s@]+@[^\s@]+$/.test(mailbox?.address ?? '');
}

export const wholeNumber = (what: string, minimum: number, fallback: number, maximum = 2_147_483_647) =>
  z
    .string()
    .default(String(fallback))
    .refine((value) => /^\d+$/.test(value) && Number(value) >= minimum && Number(value) <= maximum, {
      error: `is not ${what}: expected a whole number from ${minimum} to ${maximum}`,
    })
    .transform(Number);

export const list = (value: string) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** An origin as a browser sends it: a port only if it is not the scheme's own, and nothing after it. */
export const isOrigin = (value: string) =>
  /^https?:\/\/[^*]+$/.test(value) && URL.canParse(value) && new URL(value).origin === value;

/** Standard Webhooks asks for 24 bytes and more; far fewer could be guessed. */
const MIN_SECRET_BYTES = 8;

export const isWebhookSecret = (value: string) =>
  /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(value) &&
  Buffer.from(value.slice('whsec_'.length), 'base64').length >= MIN_SECRET_BYTES;

/** Links can be tried without any limit on the tries, so their secret must not be guessable. */
export const MIN_LINK_SECRET_LENGTH = 32;

export const isHostName = (value: string) => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value);

/** A comma-separated list of host names, in lower case. */
export const hostNames = z
  .string()
  .transform((value) => list(value.toLowerCase()))
  .refine((hosts) => hosts.length > 0 && hosts.every(isHostName), {
    error: 'is not a comma-separated list of host names',
  });

/** A header carries no other characters. */
export const GATEWAY_SECRET = /^[\x21-\x7e]+$/;
