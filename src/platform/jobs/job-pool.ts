import pg from 'pg';
import { SILENT_MS, STATEMENT_TIMEOUT_MS } from '../database/data-source.ts';
import { breakConnection, guardPool, POOL_LIMITS } from '../database/guard-pool.ts';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { type Notification, throttleNotifications } from './throttle-notifications.ts';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  /** Missing with an error: a pool that has ended has no connection to release. */
  done?: (release?: unknown) => void,
) => void;

/** Bounds what a notification can cause (throttle-notifications.ts): the library's listening connection is one of these. */
const throttledClient = (spacingMs: number | undefined) =>
  class ThrottledClient extends pg.Client {
    private readonly throttle = throttleNotifications(
      (notification) => super.emit('notification', notification),
      spacingMs,
    );

    override emit(event: string | symbol, ...args: unknown[]): boolean {
      if (event !== 'notification') return super.emit(event, ...args);
      this.throttle(args[0] as Notification);
      return true;
    }
  };

/**
 * Works around graphile-worker 0.18.0, which releases its listening connection twice if it breaks while the worker stops (once for
 * the error, once for the stop). The pool throws at the second release, nothing catches that, and the process ends. Here the
 * second release does nothing. We found no issue of the library; another product's: https://github.com/dbos-inc/dbos-transact-ts/issues/1327
 */
class ReleasedOncePool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) return super.connect();
    super.connect((error, client, done) => {
      let isReleased = false;
      callback(error, client, (release) => {
        if (isReleased) return;
        isReleased = true;
        done?.(release);
      });
    });
    return undefined;
  }
}

/**
 * Longest use of a connection. Only the one that listens for new jobs is used for longer than a statement takes, and the pool's own
 * limit does not reach it: after a failover it would hear nothing, without an error. The library listens again at once.
 */
const LONGEST_USE_MS = 60_000;

export interface JobPool {
  readonly pool: pg.Pool;
  /** Ends the pool and breaks its connections, whatever still uses them. */
  destroy(): void;
}

interface JobPoolOptions {
  databaseUrl: string;
  log: Logger;
  longestUseMs?: number;
  /** Between two searches that new jobs cause (throttle-notifications.ts). */
  notificationSpacingMs?: number | undefined;
}

/** Creates a runner's pool. */
export function createJobPool(
  { databaseUrl, log, longestUseMs = LONGEST_USE_MS, notificationSpacingMs }: JobPoolOptions,
  max: number,
): JobPool {
  const pool = new ReleasedOncePool({
    ...POOL_LIMITS,
    connectionString: databaseUrl,
    max,
    Client: throttledClient(notificationSpacingMs),
    application_name: 'self-topup-jobs',
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  pool.on('error', (error) => log.warn({ event: 'database_connection_lost', reason: reasonOf(error) }));
  const guard = guardPool(pool, { silentMs: SILENT_MS });
  limitUse(pool, longestUseMs);
  return {
    pool,
    destroy() {
      // Without an await: the library may never release a connection.
      if (!pool.ending) void pool.end();
      guard.destroy();
    },
  };
}

function limitUse(pool: pg.Pool, ms: number): void {
  const limits = new WeakMap<pg.PoolClient, NodeJS.Timeout>();
  pool.on('acquire', (client) => {
    limits.set(client, setTimeout(() => breakConnection(client), ms).unref());
  });
  pool.on('release', (_error, client) => clearTimeout(limits.get(client)));
}
