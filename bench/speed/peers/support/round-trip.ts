import pg, { type PoolClient, type Submittable } from 'pg';
import { type Call, type SqlRow, toSql } from './statement.ts';

/** The part of pg's connection that is used here: the messages of PostgreSQL's extended query protocol. */
interface Wire {
  stream: { cork(): void; uncork(): void };
  close(message: { type: 'S'; name: string }): void;
  parse(message: { name: string; text: string }): void;
  describe(message: { type: 'P'; name: string }): void;
  bind(message: { statement: string; values: readonly (string | null)[] }): void;
  execute(message: object): void;
  sync(): void;
}

interface Field {
  name: string;
  dataTypeID: number;
}

/** The reader of a row of a statement: the same on one connection for as long as it is prepared there. */
interface Column {
  name: string;
  read: (text: string) => unknown;
}

const { INT8, DATE } = pg.types.builtins;

function columnOf({ name, dataTypeID }: Field): Column {
  if (dataTypeID === INT8) return { name, read: BigInt };
  if (dataTypeID === DATE) return { name, read: (text) => text };
  return { name, read: pg.types.getTypeParser(dataTypeID, 'text') };
}

/** By connection: what PostgreSQL has prepared of ours, and what its rows are like. */
const prepared = new WeakMap<Wire, Map<string, readonly Column[]>>();

function preparedOn(wire: Wire): Map<string, readonly Column[]> {
  const known = prepared.get(wire) ?? new Map<string, readonly Column[]>();
  prepared.set(wire, known);
  return known;
}

/**
 * As at 7376654. Statements that are sent in one message, and answered in one. Outside a transaction they are one of their own: all or nothing
 * of them is done. Each sees what those before it did, and what others committed while those before it waited for a lock.
 *
 * pg asks for such an object by its methods (as pg-cursor is one), and calls them as the answer comes in.
 */
class RoundTrip implements Submittable {
  /** For whoever watches what is asked of the database. */
  readonly text: string;
  private readonly answers: SqlRow[][] = [];
  private readonly columns: (readonly Column[])[] = [];
  private rows: SqlRow[] = [];
  private readonly values: readonly (readonly (string | null)[])[];

  constructor(
    private readonly calls: readonly Call<SqlRow>[],
    private readonly ended: { resolve: (answers: SqlRow[][]) => void; reject: (error: unknown) => void },
  ) {
    this.text = calls.map(({ statement }) => statement.text).join(';\n');
    this.values = calls.map(({ values }) => values.map(toSql));
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    const known = preparedOn(wire);
    wire.stream.cork();
    for (const [index, { statement }] of this.calls.entries()) {
      const columns = known.get(statement.name);
      if (columns === undefined) {
        // An earlier try may have come as far as this: to close what is not there is no error, to prepare it twice is one.
        wire.close({ type: 'S', name: statement.name });
        wire.parse(statement);
      }
      wire.bind({ statement: statement.name, values: this.values[index] ?? [] });
      if (columns === undefined) wire.describe({ type: 'P', name: '' });
      else this.columns[index] = columns;
      wire.execute({});
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: readonly Field[] }): void {
    this.columns[this.answers.length] = fields.map(columnOf);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    const columns = this.columns[this.answers.length] ?? [];
    for (const [index, { name, read }] of columns.entries()) {
      const text = fields[index] ?? null;
      row[name] = text === null ? null : read(text);
    }
    this.rows.push(row);
  }

  handleCommandComplete(): void {
    this.answers.push(this.rows);
    this.rows = [];
  }

  handleReadyForQuery(connection: unknown): void {
    const known = preparedOn(connection as Wire);
    for (const [index, { statement }] of this.calls.entries()) {
      if (!known.has(statement.name)) known.set(statement.name, this.columns[index] ?? []);
    }
    this.ended.resolve(this.answers);
  }

  /** PostgreSQL refuses, or the connection is broken. What was prepared is asked for anew: it may be that which is refused. */
  handleError(error: unknown, connection: unknown): void {
    const known = preparedOn(connection as Wire);
    for (const { statement } of this.calls) known.delete(statement.name);
    this.ended.reject(error);
  }
}

/** The rows of each statement, in their order. */
export function roundTrip(client: PoolClient, calls: readonly Call<SqlRow>[]): Promise<SqlRow[][]> {
  const { promise, resolve, reject } = Promise.withResolvers<SqlRow[][]>();
  client.query(new RoundTrip(calls, { resolve, reject }));
  return promise;
}
