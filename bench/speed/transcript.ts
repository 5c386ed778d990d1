import type { ClientBase } from 'pg';
import type { Executed } from '../neighbours/sql-wire.ts';

/** The values of the one order that was watched, and the SQL for the same of order :n. */
export type Own = readonly (readonly [text: string, sql: string])[];

/** Statements that are sent beside any request. */
const BY_ITSELF = /\b(job_workers|feature_flags)\b|^select 1$/i;
const BEGIN = /^\s*(begin|start transaction)\b/i;
const END = /(^|;)\s*(commit|rollback)\s*;?\s*$/i;
const UUID = '[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})';

/**
 * The statements of a request as a script for pgbench that does the same for another order each time. Every id begins with the
 * order's number in the place of its time, so that new rows land at the end of their index, as ours do.
 */
export async function toScript(session: ClientBase, executed: readonly Executed[], own: Own) {
  const trips = inTrips(inOrder(executed));
  const lines: string[] = [];
  for (const trip of trips) {
    const statements: string[] = [];
    for (const each of trip) statements.push(...(await toStatements(session, each, own)));
    // A statement that was sent without waiting for an answer is sent so again.
    lines.push(...(statements.length > 1 ? ['\\startpipeline', ...statements, '\\endpipeline'] : statements));
  }
  return { script: `${lines.join('\n')}\n`, trips: trips.length };
}

/** Transaction after transaction, as they began: on several connections their statements may have been mixed. */
function inOrder(executed: readonly Executed[]): Executed[] {
  const transactions: Executed[][] = [];
  const open = new Map<number, Executed[]>();
  for (const each of executed) {
    const begun = open.get(each.connection);
    if (begun === undefined) {
      const transaction = [each];
      transactions.push(transaction);
      if (BEGIN.test(each.statement) && !END.test(each.statement)) open.set(each.connection, transaction);
    } else {
      begun.push(each);
      if (END.test(each.statement)) open.delete(each.connection);
    }
  }
  return transactions.filter((transaction) => !transaction.some(({ statement }) => BY_ITSELF.test(statement))).flat();
}

function inTrips(executed: readonly Executed[]): Executed[][] {
  const trips: Executed[][] = [];
  for (const each of executed) {
    const last = trips.at(-1)?.at(-1);
    if (last?.connection === each.connection && last.trip === each.trip) trips.at(-1)?.push(each);
    else trips.push([each]);
  }
  return trips;
}

/** Mostly one; text without values may hold several. */
async function toStatements(session: ClientBase, { statement, values }: Executed, own: Own): Promise<string[]> {
  const withLiterals = statement.replace(/'((?:[^']|'')*)'/g, (literal, inner: string) => {
    const text = expression(inner.replaceAll("''", "'"), own);
    return text === literal ? literal : `(${text})`;
  });
  if (values.length === 0) {
    const parts = withLiterals.split(';').map((part) => part.trim());
    return parts.filter((part) => part !== '').map((part) => `${part};`);
  }
  const types = await parameterTypes(session, statement);
  const filled = withLiterals.replace(/\$(\d+)/g, (_, place: string) => {
    const value = values[Number(place) - 1];
    const text = value === null || value === undefined ? 'null' : expression(value, own);
    return `(${text})::${types[Number(place) - 1]}`;
  });
  return [`${filled};`];
}

async function parameterTypes(session: ClientBase, statement: string): Promise<string[]> {
  await session.query(`prepare bench_statement as ${statement}`);
  const { rows } = await session.query<{ types: string[] }>(
    `select parameter_types::text[] as types from pg_prepared_statements where name = 'bench_statement'`,
  );
  await session.query('deallocate bench_statement');
  return rows[0]?.types ?? [];
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const tokensOf = (own: Own) => new RegExp([...own.map(([text]) => escaped(text)), UUID].join('|'), 'g');

/** 'literal' || :n || 'literal' */
function expression(value: string, own: Own): string {
  const sql = new Map(own);
  const parts: string[] = [];
  let at = 0;
  const literal = (text: string) => {
    // A word behind a colon would be a variable of pgbench's, in a literal too.
    const pieces = text.split(/(?<=:)(?=[a-z_])/i).filter((piece) => piece !== '');
    parts.push(...pieces.map((piece) => `'${piece.replaceAll("'", "''")}'`));
  };
  for (const { 0: token, index } of value.matchAll(tokensOf(own))) {
    literal(value.slice(at, index));
    parts.push(sql.get(token) ?? ':n');
    at = index + token.length;
  }
  literal(value.slice(at));
  // Text even where it is a number alone.
  return parts.length === 0
    ? "''"
    : parts.length === 1 && parts[0]?.startsWith(':')
      ? `'' || ${parts[0]}`
      : parts.join(' || ');
}
