import { Cache, type CacheOptions } from '../../../src/clients/cache/cache.ts';
import type { Answer, Fleet } from '../../../src/clients/cache/fleet.ts';
import { UpstreamError } from '../../../src/clients/upstream-error.ts';

export const HOUR = 3_600_000;
export const AWAY = new UpstreamError('tiny', 'unavailable', 'it is away');

export interface FleetInMemory extends Fleet<string> {
  answers: Map<string, Answer<string>>;
  locks: Set<string>;
}

/** The shared store of replicas, without a Redis: caches over one of these are replicas of each other. */
function createFleetInMemory(): FleetInMemory {
  const answers = new Map<string, Answer<string>>();
  const locks = new Set<string>();
  return {
    answers,
    locks,
    read: async (id) => answers.get(id),
    write: async (id, answer) => {
      answers.set(id, answer);
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
  /** Milliseconds since 1970: the time of all caches. */
  now: number;
  fleet: FleetInMemory;
  /** The ids of all calls, in order. */
  calls: string[];
  /** The neighbour's answer: at first the id with the number of the call. */
  answer: (id: string) => Promise<string | undefined>;
  callsFor(id: string): number;
  /** A cache of its own: another replica. */
  cache(options?: Partial<CacheOptions<string>>): Cache<string>;
  /** Ends the background work of caches. */
  stop(): void;
}

export function createCacheHarness(): CacheHarness {
  const caches: Cache<string>[] = [];
  const harness: CacheHarness = {
    now: Date.parse('2026-11-22T03:00:00Z'),
    fleet: createFleetInMemory(),
    calls: [],
    answer: async (id) => `${id} at ${harness.calls.length}`,
    callsFor: (id) => harness.calls.filter((called) => called === id).length,
    cache(options = {}) {
      const cache = new Cache<string>({
        neighbour: 'tiny',
        fleet: harness.fleet,
        clock: { now: () => new Date(harness.now) },
        ttlMs: HOUR,
        failureTtlMs: 5000,
        fetch: (id) => {
          harness.calls.push(id);
          return harness.answer(id);
        },
        ...options,
      });
      caches.push(cache);
      return cache;
    },
    stop() {
      for (const cache of caches.splice(0)) cache.stop();
    },
  };
  return harness;
}
