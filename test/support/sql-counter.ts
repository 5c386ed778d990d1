import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { poolOf } from '../../src/platform/database/data-source.ts';

export interface SqlCounter {
  /** The statements that ran while `work` did, in order; of the whole server, so nothing else must be going on. */
  during(work: () => Promise<unknown>): Promise<string[]>;
}

/** Sees every statement that goes through the pool under TypeORM, however it got there. */
export function countSql(database: DataSource): SqlCounter {
  const statements: string[] = [];
  const watched = new WeakSet<PoolClient>();
  const pool: Pool = poolOf(database);
  pool.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const [given] = args;
      statements.push(typeof given === 'string' ? given : (given as { text: string }).text);
      return query(...args);
    }) as PoolClient['query'];
  });
  return {
    async during(work) {
      statements.length = 0;
      await work();
      return [...statements];
    },
  };
}
