import { hash } from 'node:crypto';
import pg, { type PoolClient } from 'pg';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { poolOf } from './data-source.ts';
import { type Query, sql, toParameter } from './sql.ts';

/** The rows of each query. */
export type Answers<Q extends readonly Query[]> = {
  -readonly [I in keyof Q]: Q[I] extends Query<infer R> ? R[] : never;
};

/** Runs one statement: part of the transaction, or one of its own. Bigint columns are bigints, dates are YYYY-MM-DD. */
export async function runQuery<R extends object>(database: DataSource | EntityManager, query: Query<R>): Promise<R[]> {
  const [rows] = await runQueries(database, query);
  return rows;
}

/** Runs several in one round trip, one after the other: all part of the transaction, or each one of its own. */
export function runQueries<Q extends readonly Query[]>(
  database: DataSource | EntityManager,
  ...queries: Q
): Promise<Answers<Q>> {
  const session = database instanceof DataSource ? undefined : database.queryRunner;
  if (session !== undefined) return session.connect().then((client: PoolClient) => pipelined(client, queries));
  const connections = database instanceof DataSource ? database : database.dataSource;
  return withClient(connections, (client) => pipelined(client, queries));
}

export const BEGIN = sql`begin transaction`;
export const BEGIN_READ_ONLY = sql`begin transaction read only`;
const COMMIT = sql`commit`;

/**
 * Runs several in one round trip and one transaction: all or none of them. `prelude` begins it and sets what holds within it;
 * its rows are left out. Rejects with the first error: PostgreSQL refuses what follows it, and rolls back at the commit.
 */
export function runTransaction<Q extends readonly Query[]>(
  connections: DataSource,
  prelude: readonly Query[],
  queries: Q,
): Promise<Answers<Q>> {
  return withClient(connections, async (client) => {
    const answers = await pipelined(client, [...prelude, ...queries, COMMIT]);
    return answers.slice(prelude.length, -1) as Answers<Q>;
  });
}

async function withClient<T>(connections: DataSource, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await poolOf(connections).connect();
  try {
    return await use(client);
  } finally {
    // The pool drops a client whose connection is broken.
    client.release();
  }
}

/** pg's pipeline mode (data-source.ts) sends all of them before the first answer. */
async function pipelined<Q extends readonly Query[]>(client: PoolClient, queries: Q): Promise<Answers<Q>> {
  const answers = await Promise.allSettled(queries.map((query) => send(client, query)));
  return answers.map((answer) => {
    if (answer.status === 'fulfilled') return answer.value.rows;
    throw answer.reason;
  }) as Answers<Q>;
}

async function send(client: PoolClient, { text, values }: Query): Promise<pg.QueryResult> {
  // The name has PostgreSQL parse and plan the text once per connection.
  const name = hash('md5', text);
  try {
    return await client.query({ name, text, values: values.map(toParameter), types });
  } catch (error) {
    // As TypeORM's errors, so that errors.ts reads both.
    throw error instanceof Error ? new QueryFailedError(text, [], error) : error;
  }
}

const { INT8, DATE } = pg.types.builtins;
const types = {
  getTypeParser(type: number, format?: 'text' | 'binary') {
    if (type === INT8) return BigInt;
    if (type === DATE) return (text: string) => text;
    return pg.types.getTypeParser(type, format);
  },
} as pg.CustomTypesConfig;
