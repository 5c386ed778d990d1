import { type RawValue, raw, Sql } from 'sql-template-tag';

export { join, raw, Sql } from 'sql-template-tag';

/** A parameter. A list is a PostgreSQL array of text; a list of rows goes in as JSON (toJson). */
export type SqlValue = string | number | bigint | boolean | Date | null | readonly string[];

/** A statement, or a fragment that another statement nests, with the type of its rows. */
export interface Query<R extends object = object> extends Sql {
  /** Carries the type of the rows for the compiler; it is never set. */
  readonly row?: R;
}

/**
 * Builds a statement: each `${value}` becomes a parameter, and each nested fragment brings its own. The parameters are
 * numbered when the statement is sent. The text must not depend on the values (`= any(${list})`, not a joined list),
 * because PostgreSQL parses and plans each text once per connection.
 */
export function sql<R extends object = object>(
  text: TemplateStringsArray,
  ...values: readonly (SqlValue | Sql)[]
): Query<R> {
  return new Sql(text, values as readonly RawValue[]);
}

/** Writes a set of states for a constraint or an index: `'PAID', 'COMPLETED'`. */
export function literals(values: Iterable<string>): string {
  return [...values].map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
}

/**
 * Writes a set of states for a statement, `status in (${oneOf(OPEN)})`. A partial index serves literals, but not
 * parameters.
 */
export const oneOf = (values: Iterable<string>): Sql => raw(literals(values));

/** Writes a list of rows as one parameter. Bigints become text, of which json_to_recordset() keeps all digits, and bytes the text of a bytea. */
export function toJson(rows: readonly object[]): string {
  return JSON.stringify(rows, function (this: Record<string, unknown>, name, value: unknown) {
    // JSON.stringify() has already converted a Date or a Buffer, so this reads the original.
    const original = this[name];
    if (original instanceof Date) return toTimestamp(original);
    if (Buffer.isBuffer(original)) return `\\x${original.toString('hex')}`;
    return typeof value === 'bigint' ? String(value) : value;
  });
}

/** Writes a parameter in PostgreSQL's text format. */
export function toParameter(value: unknown): unknown {
  if (value instanceof Date) return toTimestamp(value);
  if (Array.isArray(value)) return `{${value.map((text) => `"${String(text).replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
  return typeof value === 'bigint' ? String(value) : value;
}

/** Writes UTC, whatever this machine's zone. PostgreSQL rejects ISO's sign and zero before a year of five digits. */
const toTimestamp = (at: Date): string => at.toISOString().replace(/^\+0/, '');
