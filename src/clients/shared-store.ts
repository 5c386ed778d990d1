import KeyvRedis from '@keyv/redis';
import Keyv from 'keyv';
import QuickLRU from 'quick-lru';

/**
 * A store of short-lived strings: Redis where there is one, shared by all replicas, and this process's memory while Redis
 * does not answer or where there is none. It never throws and never hangs: a cache spares work, nothing depends on it.
 */
export interface SharedStore {
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Whether Redis answered last time, false before the first; undefined where there is none. */
  readonly redisUp: boolean | undefined;
  close(): Promise<void>;
}

/** A Redis that takes longer than this is treated as one that is away. */
const REDIS_DEADLINE_MS = 200;
const RECONNECT_MS = 500;
const MAX_KEYS_IN_MEMORY = 20_000;

function createRedis(url: string, onError: () => void): Keyv<string> {
  const adapter = new KeyvRedis<string>(
    {
      url,
      disableOfflineQueue: true,
      pingInterval: 5000,
      socket: { connectTimeout: 1000, socketTimeout: 10_000, reconnectStrategy: () => RECONNECT_MS },
    },
    { throwOnConnectError: false, throwOnErrors: true, connectionTimeout: REDIS_DEADLINE_MS },
  );
  adapter.on('error', onError);
  // No namespace: the keys are the contract's (`topup_configuration:…`), others may look at them.
  const keyv = new Keyv<string>({
    store: adapter,
    namespace: '',
    useKeyPrefix: false,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: parseOrNothing,
  });
  keyv.on('error', onError);
  return keyv;
}

/** What others wrote under one of our keys is nothing: it must not take the keys beside it away. */
function parseOrNothing(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), REDIS_DEADLINE_MS);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}

export function createSharedStore(options: { redisUrl?: string; onRedisChange?: (up: boolean) => void }): SharedStore {
  const memory = new Keyv<string>({ store: new QuickLRU({ maxSize: MAX_KEYS_IN_MEMORY }), useKeyPrefix: false });
  let redisUp: boolean | undefined = options.redisUrl === undefined ? undefined : false;
  let wasSeen = false;
  const noteRedis = (up: boolean) => {
    if (wasSeen && redisUp === up) return;
    wasSeen = true;
    redisUp = up;
    options.onRedisChange?.(up);
  };
  const redis = options.redisUrl === undefined ? undefined : createRedis(options.redisUrl, () => noteRedis(false));

  /** undefined: Redis is not there. */
  async function tryRedis<T>(run: (store: Keyv<string>) => Promise<T>): Promise<{ value: T } | undefined> {
    if (redis === undefined) return undefined;
    try {
      const value = await withDeadline(run(redis));
      noteRedis(true);
      return { value };
    } catch {
      noteRedis(false);
      return undefined;
    }
  }

  return {
    get redisUp() {
      return redisUp;
    },
    async getMany(keys) {
      const fromRedis = await tryRedis((store) => store.getMany<string>([...keys]));
      return fromRedis?.value ?? memory.getMany<string>([...keys]);
    },
    async set(key, value, ttlMs) {
      await memory.set(key, value, ttlMs);
      await tryRedis((store) => store.set(key, value, ttlMs));
    },
    async close() {
      if (redis !== undefined) await withDeadline(redis.disconnect()).catch(() => undefined);
    },
  };
}
