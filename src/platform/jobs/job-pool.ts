import pg from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  /** Not there with an error: a pool that has ended gives none. */
  done?: (release?: unknown) => void,
) => void;

/**
 * The library gives its listening connection back twice when that breaks in the moment in which the worker stops. The pool
 * throws at the second time, where nobody hears of it, and an error that nobody hears of ends the process.
 */
class JobPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) return super.connect();
    super.connect((error, client, done) => {
      let isGivenBack = false;
      callback(error, client, (release) => {
        if (isGivenBack) return;
        isGivenBack = true;
        done?.(release);
      });
    });
    return undefined;
  }
}

/** The connections of a worker. One that breaks while somebody holds it has a listener, or it would end the process. */
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
