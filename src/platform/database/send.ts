import type { PoolClient } from 'pg';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { poolOf } from './data-source.ts';
import { roundTrip } from './round-trip.ts';
import type { Call, SqlRow } from './statement.ts';

/** The rows of each statement. */
export type Answers<C extends readonly Call<SqlRow>[]> = {
  -readonly [I in keyof C]: C[I] extends Call<infer R> ? R[] : never;
};

/** One statement: part of the transaction, or one of its own. */
export async function send<R extends SqlRow>(database: DataSource | EntityManager, call: Call<R>): Promise<R[]> {
  const [rows] = await sendAll(database, call);
  return rows;
}

/** Several in one round trip, one after the other: part of the transaction, or one of their own, which is all or nothing. */
export async function sendAll<C extends readonly Call<SqlRow>[]>(
  database: DataSource | EntityManager,
  ...calls: C
): Promise<Answers<C>> {
  const session = database instanceof DataSource ? undefined : database.queryRunner;
  if (session !== undefined) return answersOf(await session.connect(), calls);
  const connection = await poolOf(database instanceof DataSource ? database : database.dataSource).connect();
  try {
    return await answersOf(connection, calls);
  } finally {
    // The pool itself does not take back one that is broken.
    connection.release();
  }
}

async function answersOf<C extends readonly Call<SqlRow>[]>(connection: PoolClient, calls: C): Promise<Answers<C>> {
  try {
    return (await roundTrip(connection, calls)) as Answers<C>;
  } catch (error) {
    // As TypeORM's do, so that errors.ts knows both.
    throw error instanceof Error ? new QueryFailedError(textOf(calls), [], error) : error;
  }
}

const textOf = (calls: readonly Call<SqlRow>[]) => calls.map(({ statement }) => statement.text).join(';\n');
