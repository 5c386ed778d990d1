import type { ValueTransformer } from 'typeorm';

/** PostgreSQL's bigint arrives as text; ours are JavaScript bigints. */
export const bigintColumn: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : BigInt(value)),
  to: (value: bigint | null | undefined) => (value === null || value === undefined ? value : value.toString()),
};
