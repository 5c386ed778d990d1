import { getMetadataArgsStorage, type ValueTransformer } from 'typeorm';
import { raw, type Sql } from './sql.ts';

/** Converts PostgreSQL's bigint, which arrives as text, to a JavaScript bigint. */
export const bigintColumn: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : BigInt(value)),
  to: (value: bigint | null | undefined) => (value === null || value === undefined ? value : value.toString()),
};

/**
 * Lists an entity's columns for a SELECT, under the entity's names: `o.trace_parent as "traceParent", …`. Leaves out those
 * that the entity marks `select: false`, as TypeORM does.
 */
export function columnsOf(entity: new () => object, alias: string): Sql {
  const columns = getMetadataArgsStorage()
    .filterColumns(entity)
    .filter(({ options }) => options.select !== false);
  const selected = columns.map(
    ({ propertyName, options }) => `${alias}.${options.name ?? propertyName} as "${propertyName}"`,
  );
  return raw(selected.join(', '));
}
