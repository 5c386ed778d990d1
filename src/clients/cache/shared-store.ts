import { randomUUID } from 'node:crypto';
import KeyvRedis, { createClient } from '@keyv/redis';
import Keyv from 'keyv';
import { within } from '../deadline.ts';

/**
 * Short-lived strings in Redis, for all replicas. It never throws and never hangs: an operation fails at its deadline, and while
 * Redis is down no operation is tried. Nothing depends on it; it saves work.
 */
export interface SharedStore {
  /** undefined if the key does not exist or Redis does not answer. */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** "taken" if another caller holds the lock. It saves work and guarantees nothing: while Redis is down, every caller gets it. */
  lock(key: string, ttlMs: number): Promise<'taken' | Unlock>;
  /** The result of a Redis script over one key; undefined if Redis does not answer, but the script may have run. */
  run(script: string, key: string, values: readonly string[]): Promise<{ value: unknown } | undefined>;
  /** True if Redis answered the last call. */
  readonly isUp: boolean;
  /** Resolves after the first probe, whether it succeeds or fails, within the deadline. */
  readonly tried: Promise<void>;
  close(): void;
}

export type Unlock = () => Promise<void>;
type Operation = 'get' | 'set' | 'lock' | 'run';

export interface SharedStoreOptions {
  url: string;
  onChange?: (up: boolean) => void;
  /** "skipped": Redis is down, so no call was made. */
  onCall?: (operation: Operation, outcome: 'ok' | 'failed' | 'skipped') => void;
}

/** A Redis that takes longer counts as down. */
const REDIS_DEADLINE_MS = 200;
const PROBE_MS = 500;
/** Only the holder may unlock: the lock may have expired and belong to another caller. */
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

type Client = ReturnType<typeof createClient>;

function connect(url: string): { client: Client; connected: Promise<unknown>; keyv: Keyv<string> } {
  const client: Client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 5000,
    socket: { connectTimeout: 1000, socketTimeout: 10_000, reconnectStrategy: () => PROBE_MS },
  });
  // The calls report the errors.
  client.on('error', () => undefined);
  // Retries until it succeeds.
  const connected = client.connect();
  connected.catch(() => undefined);
  const adapter = new KeyvRedis<string>(client, { throwOnConnectError: false, throwOnErrors: true });
  // No namespace: the keys are part of the contract (`topup_configuration:…`), other programs may read them.
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

/** Ignores a foreign text under one of our keys. */
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

export function createSharedStore(options: SharedStoreOptions): SharedStore {
  return new RedisStore(options);
}

class RedisStore implements SharedStore {
  readonly tried: Promise<void>;
  private readonly redis: ReturnType<typeof connect>;
  /** undefined until the first probe. */
  private up: boolean | undefined;
  private isClosed = false;
  private probing: NodeJS.Timeout | undefined;

  constructor(private readonly options: SharedStoreOptions) {
    this.redis = connect(options.url);
    this.tried = this.probe();
  }

  get isUp(): boolean {
    return this.up === true && !this.isClosed;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.call('get', () => this.redis.keyv.get<string>(key)))?.value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.call('set', () => this.redis.keyv.set(key, value, ttlMs));
  }

  async lock(key: string, ttlMs: number): Promise<'taken' | Unlock> {
    const holder = randomUUID();
    const ours = { expiration: { type: 'PX', value: ttlMs }, condition: 'NX' } as const;
    const { client } = this.redis;
    const answer = await this.call('lock', () => client.set(key, holder, ours));
    if (answer === undefined) return async () => undefined;
    if (answer.value === null) return 'taken';
    return async () => {
      await this.call('lock', () => client.eval(UNLOCK, { keys: [key], arguments: [holder] }));
    };
  }

  /** A bound function: the mutation limit takes it alone. */
  readonly run = (script: string, key: string, values: readonly string[]) =>
    this.call('run', (): Promise<unknown> => this.redis.client.eval(script, { keys: [key], arguments: [...values] }));

  close(): void {
    this.isClosed = true;
    clearInterval(this.probing);
    this.redis.client.destroy();
  }

  /** undefined if Redis is down, fails, or takes longer than the deadline. */
  private async call<T>(operation: Operation, run: () => Promise<T>): Promise<{ value: T } | undefined> {
    const { onCall } = this.options;
    if (!this.isUp) {
      onCall?.(operation, 'skipped');
      return undefined;
    }
    try {
      const value = await withDeadline(run());
      onCall?.(operation, 'ok');
      return { value };
    } catch (error) {
      onCall?.(operation, 'failed');
      // While the connection works, Redis refused this operation alone, e.g. because it is full.
      if (error instanceof DeadlineError || !this.redis.client.isReady) this.note(false);
      return undefined;
    }
  }

  /** Runs in the background, so that no caller waits for a Redis that is down. */
  private async probe(): Promise<void> {
    const { connected, client } = this.redis;
    const ping = connected.then(() => client.ping());
    await withDeadline(ping).then(
      () => this.note(true),
      () => this.note(false),
    );
  }

  private note(isUp: boolean): void {
    if (this.isClosed || this.up === isUp) return;
    this.up = isUp;
    this.options.onChange?.(isUp);
    clearInterval(this.probing);
    if (!isUp) this.probing = setInterval(() => this.probe(), PROBE_MS).unref();
  }
}
