import type { SharedStore, Unlock } from './shared-store.ts';

/** What a neighbour said about one id, and when it was asked. undefined: there is none. */
export interface Entry<T> {
  value: T | undefined;
  /** Milliseconds since 1970, by the clock of the replica that asked. */
  askedAt: number;
}

/** A neighbour's answers as all replicas share them. */
export interface SharedEntries<T> {
  read(ids: readonly string[]): Promise<(Entry<T> | undefined)[]>;
  write(id: string, entry: Entry<T>): Promise<void>;
  /** Whoever gets it asks for this id, the others need not: see SharedStore. */
  lock(id: string): Promise<'taken' | Unlock>;
}

export interface SharedEntriesOptions<T> {
  store: SharedStore;
  /** Keys are `${prefix}${id}`; it holds the version of what is stored. */
  prefix: string;
  ttlMs: number;
  /** How long one call may take: a lock that its holder never gives back is over by then. */
  longestCallMs: number;
  serialize: (value: T) => string;
  /** undefined for what is not a value of this version, or not of this id: it is then asked for again. */
  deserialize: (text: string, id: string) => T | undefined;
}

export function createSharedEntries<T>(options: SharedEntriesOptions<T>): SharedEntries<T> {
  const { store, prefix } = options;

  /** undefined: garbage, or another version's. */
  function parse(text: string | undefined, id: string): Entry<T> | undefined {
    if (typeof text !== 'string') return undefined;
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
    async read(ids) {
      const texts = await store.getMany(ids.map((id) => prefix + id));
      return ids.map((id, index) => parse(texts[index], id));
    },
    async write(id, { value, askedAt }) {
      const text = JSON.stringify({ askedAt, value: value === undefined ? null : options.serialize(value) });
      await store.set(prefix + id, text, options.ttlMs);
    },
    lock: (id) => store.lock(`${prefix}${id}:asking`, options.longestCallMs),
  };
}
