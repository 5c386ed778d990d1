import type { DataSource, EntityManager } from 'typeorm';
import { FeatureFlag } from './feature-flag.entity.ts';

/** Whether each flag that was ever set is on: what the table feature_flags holds, for every organization alike. */
export type FlagTable = ReadonlyMap<string, boolean>;

/** The whole table, in one statement: it has a handful of rows. */
export async function readFlags(database: DataSource): Promise<FlagTable> {
  const rows = await database.getRepository(FeatureFlag).find();
  return new Map(rows.map(({ key, enabled }) => [key, enabled]));
}

const KEY = /^[a-z][a-z0-9_]{0,99}$/;

/** Throws RangeError where the key could not be one. */
export async function setFlag(tx: EntityManager, key: string, enabled: boolean, at: Date): Promise<void> {
  if (!KEY.test(key)) throw new RangeError(`"${key}" is not a flag: expected lower-case letters, digits and _`);
  await tx.getRepository(FeatureFlag).upsert({ key, enabled, updatedAt: at }, ['key']);
}

export function listFlags(database: DataSource): Promise<FeatureFlag[]> {
  return database.getRepository(FeatureFlag).find({ order: { key: 'ASC' } });
}
