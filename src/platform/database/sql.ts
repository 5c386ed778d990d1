import { type RawValue, raw, Sql } from 'sql-template-tag';

export { raw, Sql } from 'sql-template-tag';

/** A parameter. Lists are PostgreSQL arrays of text; a list of rows goes in as JSON, see toJson. */
export type SqlValue = string | number | bigint | boolean | Date | null | readonly string[];

/** A statement, or a fragment that another statement nests, with the type of its rows. */
export interface Query<R extends object = object> extends Sql {
  /** For the compiler alone. */
  readonly row?: R;
}

/**
 * Writes a statement: each `${value}` becomes a parameter, each nested fragment brings its own parameters along, and the whole
 * is numbered when it is sent. The text must not depend on the values (`= any(${list})`, not a joined list): PostgreSQL parses
 * and plans each text once per connection.
 */
export function sql<R extends object = object>(
  text: TemplateStringsArray,
  ...values: readonly (SqlValue | Sql)[]
): Query<R> {
  return new Sql(text, values as readonly RawValue[]);
}

/** A set of states as it stands in a constraint or an index: `'PAID', 'COMPLETED'`. */
export function literals(values: Iterable<string>): string {
  return [...values].map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
}

/** The same in a statement, `status in (${oneOf(OPEN)})`. An index with a condition serves literals, and no parameters. */
export const oneOf = (values: Iterable<string>): Sql => raw(literals(values));

/** A parameter that is a list of rows. json_to_recordset() reads bigints from text, which keeps all their digits. */
export function toJson(rows: readonly object[]): string {
  return JSON.stringify(rows, function (this: Record<string, unknown>, name, value: unknown) {
    // JSON.stringify() has made a text of a Date before it calls this.
    const given = this[name];
    if (given instanceof Date) return toTimestamp(given);
    return typeof value === 'bigint' ? String(value) : value;
  });
}

/** A parameter as PostgreSQL reads it. */
export function toParameter(value: unknown): unknown {
  if (value instanceof Date) return toTimestamp(value);
  if (Array.isArray(value)) return `{${value.map((text) => `"${String(text).replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
  return typeof value === 'bigint' ? String(value) : value;
}

/** In UTC, whatever this machine's zone is. ISO's sign and zero before a year of five digits are nothing that PostgreSQL reads. */
const toTimestamp = (at: Date): string => at.toISOString().replace(/^\+0/, '');
