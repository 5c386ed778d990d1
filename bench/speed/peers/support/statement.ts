/** The types that a statement's parameters may have. Lists are PostgreSQL's arrays of text. */
export type SqlValue = string | number | bigint | boolean | Date | null | readonly string[];

/** A row as columns.ts reads it: bigint columns are bigints, dates are YYYY-MM-DD, json is what it says. */
export type SqlRow = object;

/** As at 7376654: PostgreSQL parses and plans it once per connection. */
export interface Statement<R extends SqlRow> {
  /** Its number on a connection. */
  readonly name: string;
  readonly text: string;
  /** Its rows' type, for the compiler alone. */
  readonly row?: R;
}

/** A statement with its parameters. */
export interface Call<R extends SqlRow> {
  readonly statement: Statement<R>;
  readonly values: readonly SqlValue[];
}

let statements = 0;

/** To be called once per statement, where a file is loaded. */
export function statement<R extends SqlRow>(text: string): Statement<R> {
  statements += 1;
  return { name: `s${statements}`, text };
}

export function call<R extends SqlRow>(of: Statement<R>, ...values: readonly SqlValue[]): Call<R> {
  return { statement: of, values };
}

/** As PostgreSQL reads it. Times are sent in UTC, whatever this machine's zone is; a year of five digits without ISO's sign and zero. */
export function toSql(value: SqlValue): string | null {
  if (value === null) return null;
  if (value instanceof Date) return value.toISOString().replace(/^\+0/, '');
  if (typeof value === 'object') return `{${value.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
  return String(value);
}
