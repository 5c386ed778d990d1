import { type CachedLookup, type CachedLookupOptions, createCachedLookup } from '../../../src/clients/cache/cached.ts';
import type { Entry, SharedEntries } from '../../../src/clients/cache/shared-entries.ts';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';

export const HOUR = 3_600_000;
export const AWAY = new UpstreamError('tiny', 'unavailable', 'it is away');

export interface SharedMap extends SharedEntries<string> {
  entries: Map<string, Entry<string>>;
  locks: Set<string>;
}

/** What replicas share, without a Redis: lookups over one of these are replicas of each other. */
function createSharedMap(): SharedMap {
  const entries = new Map<string, Entry<string>>();
  const locks = new Set<string>();
  return {
    entries,
    locks,
    read: async (ids) => ids.map((id) => entries.get(id)),
    write: async (id, entry) => {
      entries.set(id, entry);
    },
    lock: async (id) => {
      if (locks.has(id)) return 'taken';
      locks.add(id);
      return async () => {
        locks.delete(id);
      };
    },
  };
}

export interface CacheHarness {
  /** Milliseconds since 1970: the time of all lookups. */
  now: number;
  shared: SharedMap;
  /** The ids of every call, in order. */
  calls: string[][];
  /** What the neighbour answers: at first each id with the number of the call. */
  answer: (ids: readonly string[]) => Promise<Map<string, string | UpstreamError>>;
  callsFor(id: string): number;
  lookup(options?: Partial<CachedLookupOptions<string>>): CachedLookup<string>;
  /** Ends what lookups do in the background. */
  stop(): void;
}

export function createCacheHarness(): CacheHarness {
  const lookups: CachedLookup<string>[] = [];
  const harness: CacheHarness = {
    now: Date.parse('2026-11-22T03:00:00Z'),
    shared: createSharedMap(),
    calls: [],
    answer: async (ids) => new Map(ids.map((id) => [id, `${id} at ${harness.calls.length}`])),
    callsFor: (id) => harness.calls.flat().filter((called) => called === id).length,
    lookup(options = {}) {
      const lookup = createCachedLookup<string>({
        neighbour: 'tiny',
        shared: harness.shared,
        clock: { now: () => new Date(harness.now) },
        ttlMs: HOUR,
        failureTtlMs: 5000,
        batchSize: 100,
        fetch: (ids) => {
          harness.calls.push([...ids]);
          return harness.answer(ids);
        },
        ...options,
      });
      lookups.push(lookup);
      return lookup;
    },
    stop() {
      for (const lookup of lookups.splice(0)) lookup.stop();
    },
  };
  return harness;
}
