import { randomUUID } from 'node:crypto';
import KeyvRedis, { createClient } from '@keyv/redis';
import Keyv from 'keyv';
import { within } from '../deadline.ts';

/**
 * Short-lived strings in Redis, for all replicas. It never throws and never hangs: what Redis does not do within its deadline is
 * not done, and while it is away nobody waits for it at all. A cache spares work, nothing depends on it.
 */
export interface SharedStore {
  /** undefined for what is not there, and for all of it where Redis does not answer. */
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /**
   * Whoever gets it does the work that others need not do meanwhile: a way to give it back, or "taken". It spares work and
   * guarantees nothing: where Redis does not answer everybody gets it.
   */
  lock(key: string, ttlMs: number): Promise<'taken' | Unlock>;
  /** What a script of Redis answers, of one key; undefined where Redis does not: then it may have run all the same. */
  run(script: string, key: string, values: readonly string[]): Promise<{ value: unknown } | undefined>;
  /** Whether Redis answered last time. */
  readonly isUp: boolean;
  /** Resolves once Redis was tried for the first time, whatever came of it: within its deadline. */
  readonly tried: Promise<void>;
  close(): void;
}

export type Unlock = () => Promise<void>;
type Operation = 'get' | 'set' | 'lock' | 'run';

export interface SharedStoreOptions {
  url: string;
  onChange?: (up: boolean) => void;
  /** "skipped": it was away, and nobody asked. */
  onCall?: (operation: Operation, outcome: 'ok' | 'failed' | 'skipped') => void;
}

/** A Redis that takes longer than this, while we could look, is treated as one that is away. */
const REDIS_DEADLINE_MS = 200;
const PROBE_MS = 500;
/** Only whose it is may give it back: it may have run out, and be another's by now. */
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

type Client = ReturnType<typeof createClient>;

function connect(url: string): { client: Client; connected: Promise<unknown>; keyv: Keyv<string> } {
  const client: Client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 5000,
    socket: { connectTimeout: 1000, socketTimeout: 10_000, reconnectStrategy: () => PROBE_MS },
  });
  // What goes wrong shows at the calls.
  client.on('error', () => undefined);
  // Tries for as long as it takes.
  const connected = client.connect();
  connected.catch(() => undefined);
  const adapter = new KeyvRedis<string>(client, { throwOnConnectError: false, throwOnErrors: true });
  // No namespace: the keys are the contract's (`topup_configuration:…`), others may look at them.
  const keyv = new Keyv<string>({
    store: adapter,
    namespace: '',
    useKeyPrefix: false,
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: parseOrNothing,
  });
  keyv.on('error', () => undefined);
  return { client, connected, keyv };
}

/** What others wrote under one of our keys is nothing: it must not take the keys beside it away. */
function parseOrNothing(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

class DeadlineError extends Error {}

const withDeadline = <T>(work: Promise<T>): Promise<T> =>
  within(REDIS_DEADLINE_MS, work, () => {
    throw new DeadlineError();
  });

export function createSharedStore({ url, onChange, onCall }: SharedStoreOptions): SharedStore {
  const { client, connected, keyv } = connect(url);
  let isUp = false;
  let isFirst = true;
  let isClosed = false;
  let probing: NodeJS.Timeout | undefined;
  const note = (up: boolean) => {
    if (isClosed || (!isFirst && isUp === up)) return;
    isFirst = false;
    isUp = up;
    onChange?.(up);
    clearInterval(probing);
    if (!up) probing = setInterval(probe, PROBE_MS).unref();
  };

  /** In the background, so that no caller has to find out that it is still away. */
  async function probe(): Promise<void> {
    const answered = await withDeadline(connected.then(() => client.ping())).then(
      () => true,
      () => false,
    );
    note(answered);
  }

  async function call<T>(operation: Operation, run: () => Promise<T>): Promise<{ value: T } | undefined> {
    if (!isUp) {
      onCall?.(operation, 'skipped');
      return undefined;
    }
    try {
      const value = await withDeadline(run());
      onCall?.(operation, 'ok');
      return { value };
    } catch (error) {
      onCall?.(operation, 'failed');
      // With its connection whole it has refused this alone: it is full, say.
      if (error instanceof DeadlineError || !client.isReady) note(false);
      return undefined;
    }
  }

  const tried = probe();
  return {
    tried,
    get isUp() {
      return isUp;
    },
    async getMany(keys) {
      const found = await call('get', () => keyv.getMany<string>([...keys]));
      return found?.value ?? keys.map(() => undefined);
    },
    async set(key, value, ttlMs) {
      await call('set', () => keyv.set(key, value, ttlMs));
    },
    async lock(key, ttlMs) {
      const holder = randomUUID();
      const ours = { expiration: { type: 'PX', value: ttlMs }, condition: 'NX' } as const;
      const answer = await call('lock', () => client.set(key, holder, ours));
      if (answer === undefined) return async () => undefined;
      if (answer.value === null) return 'taken';
      return async () => {
        await call('lock', () => client.eval(UNLOCK, { keys: [key], arguments: [holder] }));
      };
    },
    run: (script, key, values) => call('run', () => client.eval(script, { keys: [key], arguments: [...values] })),
    close() {
      isClosed = true;
      isUp = false;
      clearInterval(probing);
      client.destroy();
    },
  };
}
