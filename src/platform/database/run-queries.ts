import { hash } from 'node:crypto';
import pg, { type PoolClient } from 'pg';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { poolOf } from './data-source.ts';
import { sendTogether } from './send-together.ts';
import { type Query, sql, toParameter } from './sql.ts';

/** The rows of each query. */
export type Answers<Q extends readonly Query[]> = {
  -readonly [I in keyof Q]: Q[I] extends Query<infer R> ? R[] : never;
};

/**
 * Runs one statement, inside the given transaction or in its own. Returns bigint columns as bigint, and dates as
 * YYYY-MM-DD.
 */
export async function runQuery<R extends object>(database: DataSource | EntityManager, query: Query<R>): Promise<R[]> {
  const [rows] = await runQueries(database, query);
  return rows;
}

/** Runs several statements in one round trip, in order: all inside the given transaction, or each in its own. */
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
 * Runs several statements in one round trip and one transaction. `prelude` begins the transaction and sets its
 * parameters; its rows are left out. Rejects with the first error: PostgreSQL refuses the statements after it, and
 * rolls back at the commit.
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

/** Sends all statements before the first answer arrives, in pg's pipeline mode (data-source.ts). */
async function pipelined<Q extends readonly Query[]>(client: PoolClient, queries: Q): Promise<Answers<Q>> {
  const answers = await Promise.allSettled(sendTogether(client, () => queries.map((query) => send(client, query))));
  return answers.map((answer) => {
    if (answer.status === 'fulfilled') return answer.value.rows;
    throw answer.reason;
  }) as Answers<Q>;
}

async function send(client: PoolClient, { text, values }: Query): Promise<pg.QueryResult> {
  // PostgreSQL parses and plans a named statement once per connection.
  const name = hash('md5', text);
  try {
    return await client.query({ name, text, values: values.map(toParameter), types });
  } catch (error) {
    // TypeORM wraps its errors in the same way, so that errors.ts reads both.
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
