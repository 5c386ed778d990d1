import { getMetadataArgsStorage } from 'typeorm';
import { type Query, raw, type Sql, sql, toJson } from './sql.ts';

interface InsertOptions {
  /** Inserts nothing unless this condition holds, such as `exists (select from moved_order)`. */
  onlyIf?: Sql;
  /** Inserts in the order of this property. */
  orderBy?: string;
}

/** Builds an INSERT of rows in the shape of the entity. They go in as one parameter. */
export type InsertInto<E> = (rows: readonly Partial<E>[], options?: InsertOptions) => Query;

/**
 * Prepares the INSERT of an entity's table. Only the entity spells its columns; those that it generates, or marks
 * `insert: false`, are left out. Call it once, when the store's file is loaded.
 */
export function insertInto<E extends object>(entity: new () => E): InsertInto<E> {
  const columns = columnsToInsert(entity);
  const list = (write: (column: Column) => string) => raw(columns.map(write).join(', '));
  const target = sql`insert into ${tableOf(entity)} (${list(({ name }) => name)})`;
  const selected = list(({ property }) => `"${property}"`);
  const definitions = list(({ property, type }) => `"${property}" ${type}`);
  return (rows, { onlyIf, orderBy } = {}) => sql`${target}
    select ${selected} from json_to_recordset(${toJson(rows)}) as entry (${definitions})
    ${onlyIf === undefined ? raw('') : sql`where ${onlyIf}`}
    ${orderBy === undefined ? raw('') : raw(`order by "${orderBy}" collate "C"`)}`;
}

interface Column {
  property: string;
  name: string;
  type: string;
}

function columnsToInsert(entity: new () => object): Column[] {
  const storage = getMetadataArgsStorage();
  const generated = storage.generations.filter(({ target }) => target === entity).map((each) => each.propertyName);
  return storage
    .filterColumns(entity)
    .filter(({ propertyName, options }) => options.insert !== false && !generated.includes(propertyName))
    .map(({ propertyName: property, options }) => ({
      property,
      name: options.name ?? property,
      type: String(options.type),
    }));
}

function tableOf(entity: new () => object): Sql {
  const name = getMetadataArgsStorage().filterTables(entity)[0]?.name;
  if (name === undefined) throw new Error(`${entity.name} names no table`);
  return raw(name);
}
