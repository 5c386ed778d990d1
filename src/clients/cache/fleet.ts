import type { SharedStore, Unlock } from './shared-store.ts';

/** A neighbour's answer about one id. */
export interface Answer<T> {
  /** undefined if the neighbour does not know the id. */
  value: T | undefined;
  /** Start of the call: milliseconds since 1970, by the clock of the replica that made it. */
  askedAt: number;
}

/** The answers that all replicas share. It never throws: while the store is down, it is empty and every lock is free. */
export interface Fleet<T> {
  read(id: string): Promise<Answer<T> | undefined>;
  write(id: string, answer: Answer<T>): Promise<void>;
  /** The holder calls the neighbour for the others. The lock saves calls and guarantees nothing. */
  lock(id: string): Promise<'taken' | Unlock>;
}

export interface FleetOptions<T> {
  store: SharedStore;
  /** Keys are `${prefix}${id}`; the prefix contains the version of the stored form. */
  prefix: string;
  ttlMs: number;
  /** Longest duration of a call. The lock of a dead holder expires after it. */
  longestCallMs: number;
  serialize: (value: T) => string;
  /** undefined for a text that is no value of this version and id: the cache then calls the neighbour. */
  deserialize: (text: string, id: string) => T | undefined;
}

export function createFleet<T>({ store, prefix, ttlMs, longestCallMs, ...options }: FleetOptions<T>): Fleet<T> {
  /** Ignores garbage and values of other versions: other programs can write to the store. */
  function parse(text: string, id: string): Answer<T> | undefined {
    try {
      const stored = JSON.parse(text) as { askedAt?: unknown; value?: unknown } | null;
      if (typeof stored?.askedAt !== 'number') return undefined;
      const { askedAt } = stored;
      if (stored.value === null) return { value: undefined, askedAt };
      const value = typeof stored.value === 'string' ? options.deserialize(stored.value, id) : undefined;
      return value === undefined ? undefined : { value, askedAt };
    } catch {
      return undefined;
    }
  }

  return {
    async read(id) {
      const text = await store.get(prefix + id);
      return typeof text === 'string' ? parse(text, id) : undefined;
    },
    async write(id, { value, askedAt }) {
      const text = JSON.stringify({ askedAt, value: value === undefined ? null : options.serialize(value) });
      await store.set(prefix + id, text, ttlMs);
    },
    lock: (id) => store.lock(`${prefix}${id}:asking`, longestCallMs),
  };
}

const unlock = async () => undefined;

/** A fleet of one replica: it shares nothing, and its lock is always free. */
export const ALONE: Fleet<never> = {
  read: async () => undefined,
  write: async () => undefined,
  lock: async () => unlock,
};
