import { randomUUID } from 'node:crypto';
import KeyvRedis, { createClient } from '@keyv/redis';
import Keyv from 'keyv';
import { within } from '../deadline.ts';

/**
 * Short-lived strings in Redis, for all replicas. It never throws and never hangs: an operation that takes longer than a deadline
 * fails, and while Redis is away nobody waits for it at all. A cache spares work, nothing depends on it.
 */
export interface SharedStore {
  /** undefined where the key does not exist, and where Redis does not answer. */
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /**
   * The caller that gets it does work that others need not do meanwhile, and gives it back; "taken" for the others. It spares
   * work and guarantees nothing: where Redis does not answer, every caller gets it.
   */
  lock(key: string, ttlMs: number): Promise<'taken' | Unlock>;
  /** The result of a script of Redis over one key; undefined where Redis does not answer: the script may have run all the same. */
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
  /** "skipped": Redis was away, and was not asked. */
  onCall?: (operation: Operation, outcome: 'ok' | 'failed' | 'skipped') => void;
}

/** A Redis that takes longer than this, while we could look, is treated as one that is away. */
const REDIS_DEADLINE_MS = 200;
const PROBE_MS = 500;
/** Only the holder may give a lock back: it may have run out, and be another's by now. */
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

type Client = ReturnType<typeof createClient>;

function connect(url: string): { client: Client; connected: Promise<unknown>; keyv: Keyv<string> } {
  const client: Client = createClient({
    url,
    disableOfflineQueue: true,
    pingInterval: 5000,
    socket: { connectTimeout: 1000, socketTimeout: 10_000, reconnectStrategy: () => PROBE_MS },
  });
  // Errors show at the calls.
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

/** A text of others under one of our keys is nothing, and no error. */
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
  /** undefined until Redis was tried for the first time. */
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

  /** Bound: the limit of mutations takes this function alone. */
  readonly run = (script: string, key: string, values: readonly string[]) =>
    this.call('run', (): Promise<unknown> => this.redis.client.eval(script, { keys: [key], arguments: [...values] }));

  close(): void {
    this.isClosed = true;
    clearInterval(this.probing);
    this.redis.client.destroy();
  }

  /** undefined where Redis is away, fails, or takes longer than the deadline. */
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
      // On a connection that is whole Redis has refused this operation alone: it is full, say.
      if (error instanceof DeadlineError || !this.redis.client.isReady) this.note(false);
      return undefined;
    }
  }

  /** In the background, so that no caller has to find out that Redis is still away. */
  private async probe(): Promise<void> {
    const { connected, client } = this.redis;
    const isUp = await withDeadline(connected.then(() => client.ping())).then(
      () => true,
      () => false,
    );
    this.note(isUp);
  }

  private note(isUp: boolean): void {
    if (this.isClosed || this.up === isUp) return;
    this.up = isUp;
    this.options.onChange?.(isUp);
    clearInterval(this.probing);
    if (!isUp) this.probing = setInterval(() => this.probe(), PROBE_MS).unref();
  }
}
