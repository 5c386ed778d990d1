import type { Socket } from 'node:net';
import type { PoolClient } from 'pg';

/**
 * Holds back what `send` writes to PostgreSQL until it returns, so that several statements leave in one packet and one system call. pg
 * writes each pipelined statement separately, and has no public way to its socket:
 * https://github.com/brianc/node-postgres/issues/2646
 */
export function sendTogether<T>(client: PoolClient, send: () => T): T {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}
