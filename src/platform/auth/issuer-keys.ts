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

/** The pause between two fetches, also after a failure: invented kids cost the issuer one request a second. */
const BETWEEN_FETCHES_MS = 1000;
/** A key that the issuer withdrew stays valid for at most this long. */
const REFRESH_MS = 60_000;

export interface IssuerKeys {
  /**
   * Resolves at once to a key of the current set, and fetches the set first for any other key. Rejects with a JOSEError if none
   * or several keys fit, and with an InvalidTokenError while the issuer's keys cannot be reached.
   */
  find(header: JWTHeaderParameters): Promise<CryptoKey>;
  /** The hash of the current set, which changes with any difference in it. undefined before the first set. */
  version(): string | undefined;
  close(): void;
}

/**
 * Holds the issuer's keys (docs/decisions/0036). jose keeps the last set, finds keys in it, and shares one fetch among all
 * callers that wait. Its options give three guarantees that its defaults do not:
 * - The custom fetch passes only usable keys to jose, at most once a second. jose's cooldown would refuse a new key meanwhile,
 *   and does not pause between failed fetches.
 * - Keys never expire, so that they outlast an outage of the issuer. A timer replaces the set every minute, also on an idle
 *   replica, so that a withdrawn key does not survive a quiet night.
 * - The version changes in the same step as the set, because jose's cache holds both: no token that the old set verified is
 *   cached under the new version.
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
    // The first token starts the first fetch. fetchUsableKeys logs a failure.
    if (version() !== undefined) keys.reload().catch(() => undefined);
  };
  const timer = setInterval(refresh, refreshMs).unref();
  const close = () => {
    clearInterval(timer);
    closed.abort();
  };
  return { find: (header) => keys(header), version, close };
}

/** Delays each call until BETWEEN_FETCHES_MS after the end of the last one. jose never overlaps calls. */
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
