import type { DataSource, EntityManager } from 'typeorm';
import { FeatureFlag } from './feature-flag.entity.ts';

/** The state of every flag in feature_flags, the same for all organizations. */
export type FlagTable = ReadonlyMap<string, boolean>;

/** Reads the whole table, a handful of rows. */
export async function readFlags(database: DataSource): Promise<FlagTable> {
  const rows = await database.getRepository(FeatureFlag).find();
  return new Map(rows.map(({ key, enabled }) => [key, enabled]));
}

const KEY = /^[a-z][a-z0-9_]{0,99}$/;

export const isFlagKey = (text: string): boolean => KEY.test(text);

/** Throws RangeError for an invalid key. */
export async function setFlag(tx: EntityManager, key: string, enabled: boolean, at: Date): Promise<void> {
  if (!KEY.test(key)) throw new RangeError(`"${key}" is not a flag: expected lower-case letters, digits and _`);
  await tx.getRepository(FeatureFlag).upsert({ key, enabled, updatedAt: at }, ['key']);
}

export function listFlags(database: DataSource): Promise<FeatureFlag[]> {
  return database.getRepository(FeatureFlag).find({ order: { key: 'ASC' } });
}
