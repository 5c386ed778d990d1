import type { Clock } from '../kernel/clock.ts';
import type { SharedStore } from './shared-store.ts';
import { UpstreamError } from './upstream-error.ts';

/**
 * Remembers what a neighbour answered. A value is served until `ttlMs` after it was ASKED for, never longer; callers that
 * miss at the same time share one upstream call; a failure is remembered for `failureTtlMs`, in this process alone.
 */
export interface CachedLookup<T> {
  /** One result per id, in order: the value, undefined for "there is none", or the failure. Never rejects. */
  loadMany(ids: readonly string[], options?: { fresh?: boolean }): Promise<(T | undefined | UpstreamError)[]>;
}

export interface CachedLookupOptions<T> {
  /** Keys in the store are `${prefix}${id}`. */
  prefix: string;
  store: SharedStore;
  clock: Clock;
  ttlMs: number;
  failureTtlMs: number;
  /** How many ids one call may ask for; more become several calls, which do not wait for each other's answers. */
  batchSize: number;
  /** Asks the neighbour for one batch; may throw UpstreamError for the whole of it. */
  fetch: (ids: readonly string[]) => Promise<Map<string, T | UpstreamError>>;
  serialize: (value: T) => string;
  /** undefined for what is not a value of this version: it is then asked for again. */
  deserialize: (text: string) => T | undefined;
  onLookup?: (outcome: 'hit' | 'miss' | 'failed' | 'remembered_failure', count: number) => void;
  onFailure?: (id: string, error: UpstreamError) => void;
}

type Answer<T> = T | undefined | UpstreamError;

const MAX_REMEMBERED_FAILURES = 10_000;
/** By how much another replica's clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5000;

export function createCachedLookup<T>(options: CachedLookupOptions<T>): CachedLookup<T> {
  const { store, clock } = options;
  const inFlight = new Map<string, Promise<Answer<T>>>();
  const failures = new Map<string, { error: UpstreamError; until: number }>();
  const now = () => clock.now().getTime();

  function wrap(value: T | undefined, askedAt: number): string {
    return JSON.stringify({ askedAt, value: value === undefined ? null : options.serialize(value) });
  }

  /** undefined: nothing usable is stored: garbage, another version's, too old, or from a clock that is far ahead of ours. */
  function unwrap(text: string | undefined): { value: T | undefined } | undefined {
    if (typeof text !== 'string') return undefined;
    try {
      const stored = JSON.parse(text) as { askedAt?: unknown; value?: unknown } | null;
      if (typeof stored?.askedAt !== 'number') return undefined;
      const age = now() - stored.askedAt;
      if (age >= options.ttlMs || age < -CLOCK_SKEW_MS) return undefined;
      if (stored.value === null) return { value: undefined };
      if (typeof stored.value !== 'string') return undefined;
      const value = options.deserialize(stored.value);
      return value === undefined ? undefined : { value };
    } catch {
      return undefined;
    }
  }

  function rememberedFailure(id: string): UpstreamError | undefined {
    const failure = failures.get(id);
    if (failure === undefined) return undefined;
    if (failure.until > now()) return failure.error;
    failures.delete(id);
    return undefined;
  }

  function noteFailure(id: string, error: UpstreamError): UpstreamError {
    options.onFailure?.(id, error);
    options.onLookup?.('failed', 1);
    if (failures.size >= MAX_REMEMBERED_FAILURES) failures.clear();
    if (options.failureTtlMs > 0) failures.set(id, { error, until: now() + options.failureTtlMs });
    return error;
  }

  async function ask(ids: readonly string[]): Promise<Map<string, Answer<T>>> {
    const askedAt = now();
    const answers = new Map<string, Answer<T>>();
    let fetched: Map<string, T | UpstreamError>;
    try {
      fetched = await options.fetch(ids);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      fetched = new Map(ids.map((id) => [id, error]));
    }
    await Promise.all(
      ids.map(async (id) => {
        const answer = fetched.get(id);
        answers.set(id, answer);
        if (answer instanceof UpstreamError) {
          noteFailure(id, answer);
          return;
        }
        failures.delete(id);
        await store.set(options.prefix + id, wrap(answer, askedAt), options.ttlMs);
      }),
    );
    return answers;
  }

  /** Shares the calls that are under way and starts one for the rest. */
  function fetchShared(ids: readonly string[]): Promise<Answer<T>>[] {
    const missing = [...new Set(ids)].filter((id) => !inFlight.has(id));
    for (let start = 0; start < missing.length; start += options.batchSize) {
      const ids = missing.slice(start, start + options.batchSize);
      const batch = ask(ids);
      for (const id of ids) {
        const answer = batch.then((answers) => answers.get(id)).finally(() => inFlight.delete(id));
        answer.catch(() => undefined);
        inFlight.set(id, answer);
      }
    }
    return ids.map((id) => inFlight.get(id) as Promise<Answer<T>>);
  }

  return {
    async loadMany(ids, { fresh = false } = {}) {
      if (ids.length === 0) return [];
      const stored = fresh ? [] : await store.getMany(ids.map((id) => options.prefix + id));
      const found = ids.map((id, index) => unwrap(stored[index]) ?? (fresh ? undefined : asFailure(id)));
      const missing = ids.filter((_, index) => found[index] === undefined);
      const hits = found.filter((hit) => hit !== undefined && !(hit.value instanceof UpstreamError));
      options.onLookup?.('hit', hits.length);
      options.onLookup?.('miss', missing.length);
      const fetched = missing.length === 0 ? [] : await Promise.all(fetchShared(missing));
      let next = 0;
      return found.map((hit) => (hit === undefined ? fetched[next++] : hit.value));
    },
  };

  function asFailure(id: string): { value: UpstreamError } | undefined {
    const error = rememberedFailure(id);
    if (error === undefined) return undefined;
    options.onLookup?.('remembered_failure', 1);
    return { value: error };
  }
}
