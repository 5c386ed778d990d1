import type { Pool, PoolClient } from 'pg';
import { poolOf } from '../../../src/platform/database/data-source.ts';
import type { TestApp } from '../app/app.ts';

export interface SqlCounter {
  /**
   * The statements of `work`, in order, without those that begin and end transactions. They are counted for the whole
   * server, so nothing else may run at the same time.
   */
  during(work: () => Promise<unknown>): Promise<string[]>;
}

const FRAMES = /^(begin|start) transaction|^(commit|rollback)$|^select set_config\(/i;

/** Records every statement through the pools under TypeORM, of callers and of the background, whatever its path. */
export function countSql({ callers, database }: Pick<TestApp, 'callers' | 'database'>): SqlCounter {
  const statements: string[] = [];
  watch(poolOf(callers.connections), statements);
  watch(poolOf(database), statements);
  return {
    async during(work) {
      statements.length = 0;
      await work();
      return statements.filter((statement) => !FRAMES.test(statement));
    },
  };
}

function watch(pool: Pool, statements: string[]): void {
  const watched = new WeakSet<PoolClient>();
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
}
