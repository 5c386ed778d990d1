import { setTimeout as sleep } from 'node:timers/promises';
import type { CryptoKey } from 'jose';
import type { Logger } from '../telemetry/logger.ts';
import { fetchKeySet } from './fetch-key-set.ts';
import { type Algorithm, type KeySet, readKeySet } from './key-set.ts';

/** Whoever asks, and however it ended: who makes up kids makes the issuer answer once a second and no more. */
const BETWEEN_FETCHES_MS = 1000;
/** A key that the issuer took out of its set is good for this long, on a replica that hears of it. */
const REFRESH_MS = 60_000;

export interface IssuerKeys {
  /** A key that is known is had at once, whatever the issuer does. For another one the set is fetched again. */
  find(alg: Algorithm, kid: string | undefined): Promise<CryptoKey | 'unknown' | 'unreachable'>;
  /** The set that is good now: another one as soon as the issuer's has changed in anything. */
  current(): KeySet | undefined;
  close(): void;
}

/**
 * The issuer's keys: the last set that could be had, for as long as no other can be. One fetch at a time, shared by all who
 * wait for it. The first is made for the first token; from then on a timer makes one a minute, also where nobody asks, so that
 * a key that was withdrawn is not good for the first caller after a quiet night.
 */
export function createIssuerKeys(options: { url: string; log: Logger; refreshMs?: number }): IssuerKeys {
  const { url, log, refreshMs = REFRESH_MS } = options;
  const closed = new AbortController();
  let body: string | undefined;
  let set: KeySet | undefined;
  let isReachable = false;
  let endedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function load(): Promise<void> {
    const served = await fetchKeySet(url, closed.signal);
    if (served === body) return;
    set = await readKeySet(served);
    body = served;
    for (const { kid, reason } of set.unusable) log.warn({ event: 'token_key_unusable', kid, reason });
  }

  async function fetchOnce(): Promise<void> {
    const pause = endedAt + BETWEEN_FETCHES_MS - performance.now();
    if (pause > 0) await sleep(pause, undefined, { signal: closed.signal });
    clearTimeout(timer);
    try {
      await load();
      isReachable = true;
    } catch (error) {
      isReachable = false;
      if (!closed.signal.aborted) log.error({ event: 'token_keys_unreachable', reason: reasonOf(error) });
    }
    endedAt = performance.now();
    if (!closed.signal.aborted) timer = setTimeout(() => void fetchAgain(), refreshMs).unref();
  }

  /** Joins the fetch that is under way, or that waits for its second. */
  function fetchAgain(): Promise<void> {
    underWay ??= fetchOnce()
      // Only the pause can be broken off, by the end.
      .catch(() => undefined)
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  }

  return {
    async find(alg, kid) {
      const known = set?.find(alg, kid);
      if (known !== undefined) return known;
      await fetchAgain();
      return set?.find(alg, kid) ?? (isReachable ? 'unknown' : 'unreachable');
    },
    current: () => set,
    close() {
      clearTimeout(timer);
      closed.abort();
    },
  };
}

/** Of a body that is no key set, the library's words would hold a page of JSON. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'ZodError' || error instanceof SyntaxError) return 'it is no key set';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
