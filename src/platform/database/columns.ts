import { getMetadataArgsStorage, type ValueTransformer } from 'typeorm';

/** PostgreSQL's bigint arrives as text; ours are JavaScript bigints. */
export const bigintColumn: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : BigInt(value)),
  to: (value: bigint | null | undefined) => (value === null || value === undefined ? value : value.toString()),
};

/** The columns of an entity as a written statement selects them, named as the entity has them: `o.trace_parent as "traceParent", …`. */
export function columnsOf(entity: new () => object, alias: string): string {
  return getMetadataArgsStorage()
    .filterColumns(entity)
    .map(({ propertyName, options }) => `${alias}.${options.name ?? propertyName} as "${propertyName}"`)
    .join(', ');
}
