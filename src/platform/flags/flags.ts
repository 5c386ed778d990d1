import type { DataSource, EntityManager } from 'typeorm';
import { perRequest, type RequestContext } from '../request-context.ts';
import { FeatureFlag } from './feature-flag.entity.ts';

/** What is switched on, as one request sees it: the answer does not change under its feet. */
export interface FlagSnapshot {
  isOn(key: string): boolean;
}

export interface Flags {
  /** One statement per request, however many fields ask. */
  snapshot(request: RequestContext): Promise<FlagSnapshot>;
}

async function readFlags(database: DataSource): Promise<FlagSnapshot> {
  const rows = await database.getRepository(FeatureFlag).find({ where: { enabled: true } });
  const on = new Set(rows.map((row) => row.key));
  return { isOn: (key) => on.has(key) };
}

export function createFlags(database: DataSource): Flags {
  return { snapshot: perRequest(() => readFlags(database)) };
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
