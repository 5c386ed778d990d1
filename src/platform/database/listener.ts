import pg from 'pg';
import type { Logger } from '../telemetry/logger.ts';
import { reasonOf } from '../telemetry/reason.ts';
import { POOL_LIMITS } from './guard-pool.ts';

/** A connection of its own that listens on one channel. Notifications that are sent while it is down are lost. */
export interface Listener {
  /** Connects unless it is connected or about to be. Call it again after a loss. */
  ensure(): void;
  close(): Promise<void>;
}

export interface ListenerOptions {
  url: string;
  channel: string;
  onNotification(payload: string): void;
  /** Called once it listens: notifications before this were not received. */
  onListening(): void;
  log: Logger;
}

export function createListener({ url, channel, onNotification, onListening, log }: ListenerOptions): Listener {
  let client: pg.Client | undefined;
  let isClosed = false;

  async function connect(next: pg.Client): Promise<void> {
    await next.connect();
    await next.query(`listen ${channel}`);
    onListening();
  }

  function drop(lost: pg.Client, error?: Error): void {
    if (client !== lost) return;
    client = undefined;
    if (!isClosed) log.warn({ event: 'listener_lost', channel, reason: error && reasonOf(error) });
    lost.end().catch(() => undefined);
  }

  return {
    ensure() {
      if (client !== undefined || isClosed) return;
      const { connectionTimeoutMillis, keepAlive, keepAliveInitialDelayMillis } = POOL_LIMITS;
      const limits = { connectionTimeoutMillis, keepAlive, keepAliveInitialDelayMillis };
      const next = new pg.Client({ connectionString: url, application_name: 'self-topup-listener', ...limits });
      client = next;
      next.on('notification', ({ payload = '' }) => onNotification(payload));
      next.on('error', (error) => drop(next, error));
      next.on('end', () => drop(next));
      connect(next).catch((error: Error) => drop(next, error));
    },
    async close() {
      isClosed = true;
      const open = client;
      client = undefined;
      await open?.end().catch(() => undefined);
    },
  };
}
