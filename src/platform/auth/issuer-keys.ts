import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CryptoKey,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTHeaderParameters,
  jwksCache,
} from 'jose';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { InvalidTokenError } from './invalid-token.ts';
import { readKeySet } from './key-set.ts';

/** Between two fetches, also if the first one failed: made-up kids cost the issuer one request a second. */
const BETWEEN_FETCHES_MS = 1000;
/** A key that the issuer withdrew is good for so long. */
const REFRESH_MS = 60_000;

export interface IssuerKeys {
  /**
   * Resolves at once to a key of the set in use. For any other key it fetches the set first. Rejects with a JOSEError if no key
   * fits, or several do, and with an InvalidTokenError while the issuer's keys cannot be reached.
   */
  find(header: JWTHeaderParameters): Promise<CryptoKey>;
  /** Names the set in use: it is another one as soon as the issuer's set differs in anything. undefined before the first set. */
  version(): string | undefined;
  close(): void;
}

/**
 * Holds the issuer's keys (docs/decisions/0036). jose keeps the last set that could be fetched, finds keys in it, and shares one
 * fetch among all callers that wait for it. jose's own options keep three promises that its defaults do not:
 * - Only usable keys reach jose, and one fetch follows another after a second at the earliest: both are the custom fetch's work.
 *   jose's cooldown would refuse a new key in the meantime, and lets failed fetches follow each other without a pause.
 * - Keys never expire, so that they serve for as long as the issuer is away. Instead, a timer replaces the set every minute, also
 *   on a replica that nobody asks: a key that was withdrawn is not good after a quiet night.
 * - The version changes in the same step as the set, because jose writes both into its cache: a token that the old set verified
 *   is never cached under the new version.
 */
export function createIssuerKeys(options: { url: string; log: Logger; refreshMs?: number }): IssuerKeys {
  const { url, log, refreshMs = REFRESH_MS } = options;
  const closed = new AbortController();
  const cache: JWKSCacheInput = {};
  const version = () => (cache as { jwks?: JSONWebKeySet & { version: string } }).jwks?.version;
  const fetchBody = spaced(() => fetchKeySet(url, closed.signal), closed.signal);

  async function fetchUsableKeys(): Promise<Response> {
    try {
      const body = await fetchBody();
      const { usable, unusable } = await readKeySet(body);
      const next = hash('sha256', body, 'base64');
      if (next !== version()) for (const key of unusable) log.warn({ event: 'token_key_unusable', ...key });
      return Response.json({ keys: usable, version: next });
    } catch (error) {
      if (!closed.signal.aborted) log.error({ event: 'token_keys_unreachable', reason: reasonOf(error) });
      throw new InvalidTokenError("the issuer's keys cannot be reached");
    }
  }

  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: 0,
    [jwksCache]: cache,
    [customFetch]: fetchUsableKeys,
  });
  const refresh = () => {
    // The first fetch is for the first token. A fetch that fails is logged above.
    if (version() !== undefined) keys.reload().catch(() => undefined);
  };
  const timer = setInterval(refresh, refreshMs).unref();
  const close = () => {
    clearInterval(timer);
    closed.abort();
  };
  return { find: (header) => keys(header), version, close };
}

/** The same function, which waits until BETWEEN_FETCHES_MS have passed since its last call ended. Calls do not overlap here. */
function spaced<T>(work: () => Promise<T>, signal: AbortSignal): () => Promise<T> {
  let endedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const pause = endedAt + BETWEEN_FETCHES_MS - performance.now();
    if (pause > 0) await sleep(pause, undefined, { signal });
    return work().finally(() => {
      endedAt = performance.now();
    });
  };
}
