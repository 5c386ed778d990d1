import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';

/** pg's connection under a client, which its types leave out. It emits each error of the server as `errorMessage`. */
type Wire = EventEmitter & { stream: Socket };

const wireOf = (client: PoolClient) => (client as unknown as { connection: Wire }).connection;

/** True while no statement of the client is unanswered. pg's types leave it out too. */
const waitsForNothing = (client: PoolClient) => (client as unknown as { readyForQuery: boolean }).readyForQuery;

/** Settings that every pool shares, so that no connection outlives a failover for long. */
export const POOL_LIMITS = {
  connectionTimeoutMillis: 5000,
  /** A new connection goes to the server that the database's name has by then. */
  maxLifetimeSeconds: 600,
  // Finds a host that vanished silently, within half a minute, behind a connection that waits for nothing.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

/** The server takes no writes (a demoted primary), or goes down (57P01 to 57P05). */
const isUnfit = (code: string | undefined) => code === '25006' || code?.startsWith('57P') === true;

export interface PoolGuard {
  /** Breaks every connection, also those in use: their statements fail. */
  destroy(): void;
}

/**
 * Drops all connections of a pool as soon as one of them shows that its server is lost: it answers that it takes no writes or goes
 * down, or it leaves a statement unanswered for `silentMs`. A demoted primary may keep its connections open, and a vanished host
 * closes none, so the other connections are lost with the first. Those in use go when they are released.
 *
 * PostgreSQL's statement_timeout does not arrive from a vanished host, and pg's query_timeout leaves the connection busy: the next
 * caller would get it in the middle of a transaction.
 */
export function guardPool(pool: Pool, { silentMs = 0 }: { silentMs?: number } = {}): PoolGuard {
  const open = new Set<PoolClient>();
  let trusted = new WeakSet<PoolClient>();

  function guard(client: PoolClient): void {
    if (open.has(client)) return;
    open.add(client);
    trusted.add(client);
    // Without a listener, an error of a connection in use ends the process.
    client.on('error', () => undefined);
    wireOf(client).on('errorMessage', ({ code }: { code?: string }) => {
      if (isUnfit(code)) distrust(client);
    });
    wireOf(client).stream.on('timeout', () => {
      if (waitsForNothing(client)) return;
      distrust(client);
      breakConnection(client, `The database sent nothing for ${silentMs} ms`);
    });
  }

  function distrust(client: PoolClient): void {
    if (!trusted.has(client)) return;
    trusted = new WeakSet();
    const release = (idle: PoolClient) => idle.release();
    for (let left = pool.idleCount; left > 0; left--) pool.connect().then(release, () => undefined);
  }

  pool.on('connect', guard);
  pool.on('acquire', (client) => {
    // The first client of a TypeORM data source connects before this pool is guarded.
    guard(client);
    wireOf(client).stream.setTimeout(silentMs);
  });
  pool.on('release', (_error, client) => {
    wireOf(client).stream.setTimeout(0);
    if (trusted.has(client)) return;
    // The pool does not keep a client that ends, and end() alone would wait for a silent server.
    client.end().catch(() => undefined);
    breakConnection(client);
  });
  pool.on('remove', (client) => open.delete(client));
  return {
    destroy() {
      for (const client of open) breakConnection(client);
    },
  };
}

/** Closes the connection without telling the server. Its statements fail. */
export function breakConnection(client: PoolClient, reason?: string): void {
  wireOf(client).stream.destroy(reason === undefined ? undefined : new Error(reason));
}
