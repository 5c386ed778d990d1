import pg from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  /** Missing with an error: a pool that has ended has no connection to release. */
  done?: (release?: unknown) => void,
) => void;

/**
 * Works around graphile-worker 0.18.0, which releases its listening connection twice if it breaks while the worker stops (once for
 * the error, once for the stop). The pool throws at the second release, nothing catches that, and the process ends. Here the
 * second release does nothing. We found no issue of the library; another product's: https://github.com/dbos-inc/dbos-transact-ts/issues/1327
 */
class JobPool extends pg.Pool {
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

/** Creates a worker's pool. Each connection has a listener: without one, an error of a checked-out connection ends the process. */
export function createJobPool({ databaseUrl, log }: { databaseUrl: string; log: Logger }, max: number): pg.Pool {
  const pool = new JobPool({
    connectionString: databaseUrl,
    max,
    application_name: 'self-topup-jobs',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', (error) => log.warn({ event: 'database_connection_lost', reason: reasonOf(error) }));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
