import type { SharedStore, Unlock } from './shared-store.ts';

/** A neighbour's answer about one id, and when it was asked. */
export interface Answer<T> {
  /** undefined: there is none of this id. */
  value: T | undefined;
  /** Milliseconds since 1970, by the clock of the replica that asked. */
  askedAt: number;
}

/** The answers that all replicas share. It never throws: where it cannot be reached, nothing is there and nobody has a lock. */
export interface Fleet<T> {
  read(id: string): Promise<Answer<T> | undefined>;
  write(id: string, answer: Answer<T>): Promise<void>;
  /** The replica that gets it asks the neighbour; the others need not. It spares calls and guarantees nothing. */
  lock(id: string): Promise<'taken' | Unlock>;
}

export interface FleetOptions<T> {
  store: SharedStore;
  /** Keys are `${prefix}${id}`; it holds the version of the stored form. */
  prefix: string;
  ttlMs: number;
  /** Longest that a call may take: a lock whose holder died is free after it. */
  longestCallMs: number;
  serialize: (value: T) => string;
  /** undefined for a text that is not a value of this version, or not of this id: the neighbour is then asked again. */
  deserialize: (text: string, id: string) => T | undefined;
}

export function createFleet<T>({ store, prefix, ttlMs, longestCallMs, ...options }: FleetOptions<T>): Fleet<T> {
  /** Others can write to the store: garbage and other versions' values are nothing. */
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

/** A fleet of one replica: it shares nothing, and always has the lock. */
export const ALONE: Fleet<never> = {
  read: async () => undefined,
  write: async () => undefined,
  lock: async () => unlock,
};
