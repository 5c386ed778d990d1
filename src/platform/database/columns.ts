import { getMetadataArgsStorage, type ValueTransformer } from 'typeorm';
import { raw, type Sql } from './sql.ts';

/** PostgreSQL's bigint arrives as text; ours are JavaScript bigints. */
export const bigintColumn: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : BigInt(value)),
  to: (value: bigint | null | undefined) => (value === null || value === undefined ? value : value.toString()),
};

/** The columns of an entity as a statement selects them, named as the entity names them: `o.trace_parent as "traceParent", …`. */
export function columnsOf(entity: new () => object, alias: string): Sql {
  const columns = getMetadataArgsStorage().filterColumns(entity);
  const selected = columns.map(
    ({ propertyName, options }) => `${alias}.${options.name ?? propertyName} as "${propertyName}"`,
  );
  return raw(selected.join(', '));
}
