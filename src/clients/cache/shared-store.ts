import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../deadline.ts';
import { parseRedisUrl, type RedisAddress } from './redis-address.ts';
import { openRedis, REDIS_DEADLINE_MS, type RedisConnection } from './redis-connection.ts';

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

/** Least time between two attempts to connect. */
const RETRY_MS = 500;
/** Only the holder may unlock: the lock may have expired and belong to another caller. */
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

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
  private readonly address: RedisAddress;
  private connection: RedisConnection | undefined;
  private renewal: Promise<void> | undefined;
  private lastTryAt = Number.NEGATIVE_INFINITY;
  /** undefined until the first attempt to connect has ended. */
  private up: boolean | undefined;
  private isClosed = false;

  constructor(private readonly options: SharedStoreOptions) {
    const address = parseRedisUrl(options.url);
    if (address === undefined) throw new Error('This is no address of Redis');
    this.address = address;
    this.tried = within(REDIS_DEADLINE_MS, this.renew(), () => this.note(false));
  }

  get isUp(): boolean {
    return this.up === true && !this.isClosed;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.call('get', ({ keyv }) => keyv.get<string>(key)))?.value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.call('set', ({ keyv }) => keyv.set(key, value, ttlMs));
  }

  async lock(key: string, ttlMs: number): Promise<'taken' | Unlock> {
    const holder = randomUUID();
    const ours = { expiration: { type: 'PX', value: ttlMs }, condition: 'NX' } as const;
    const answer = await this.call('lock', ({ client }): Promise<unknown> => client.set(key, holder, ours));
    if (answer === undefined) return async () => undefined;
    if (answer.value === null) return 'taken';
    return async () => {
      await this.call(
        'lock',
        ({ client }): Promise<unknown> => client.eval(UNLOCK, { keys: [key], arguments: [holder] }),
      );
    };
  }

  /** A bound function: the mutation limit takes it alone. */
  readonly run = (script: string, key: string, values: readonly string[]) =>
    this.call('run', ({ client }): Promise<unknown> => client.eval(script, { keys: [key], arguments: [...values] }));

  close(): void {
    this.isClosed = true;
    this.connection?.close();
  }

  /** undefined if Redis is down, fails, or takes longer than the deadline. */
  private async call<T>(
    operation: Operation,
    run: (connection: RedisConnection) => Promise<T>,
  ): Promise<{ value: T } | undefined> {
    const { onCall } = this.options;
    const { connection } = this;
    if (!this.isUp || connection === undefined) {
      onCall?.(operation, 'skipped');
      return undefined;
    }
    try {
      const value = await withDeadline(run(connection));
      onCall?.(operation, 'ok');
      return { value };
    } catch (error) {
      onCall?.(operation, 'failed');
      if (error instanceof DeadlineError) this.lose(connection);
      // While the connection works, Redis refused this operation alone, e.g. because it is full.
      else this.suspect(connection, error as Error);
      return undefined;
    }
  }

  /** Connects again if this connection is broken, one node of its cluster is, or its server is no master any more. */
  private suspect(connection: RedisConnection | undefined, refusal?: Error): void {
    if (connection === undefined || connection !== this.connection || this.isClosed) return;
    const state = connection.state();
    if (state === 'lost') this.lose(connection);
    else if (state === 'partly' || refusal?.message.startsWith('READONLY')) void this.renew();
  }

  private lose(connection: RedisConnection): void {
    if (connection !== this.connection || this.isClosed) return;
    this.note(false);
    void this.renew();
  }

  /** Connects in the background, so that no caller waits for a Redis that is down. Goes on until one answers. */
  private renew(): Promise<void> {
    this.renewal ??= this.connect().finally(() => {
      this.renewal = undefined;
      if (this.up === false && !this.isClosed) void this.renew();
    });
    return this.renewal;
  }

  private async connect(): Promise<void> {
    const waitMs = this.lastTryAt + RETRY_MS - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { ref: false });
    if (this.isClosed) return;
    this.lastTryAt = performance.now();
    let next: RedisConnection | undefined;
    try {
      next = await openRedis(this.address, () => this.suspect(next));
      if (this.isClosed) return next.close();
      this.replaceBy(next);
      this.note(true);
    } catch {
      this.note(false);
    }
  }

  private replaceBy(next: RedisConnection): void {
    const last = this.connection;
    this.connection = next;
    // A call that has just begun would open the closed connection again.
    if (last !== undefined) setTimeout(() => last.close(), REDIS_DEADLINE_MS).unref();
  }

  private note(isUp: boolean): void {
    if (this.isClosed || this.up === isUp) return;
    this.up = isUp;
    this.options.onChange?.(isUp);
  }
}
