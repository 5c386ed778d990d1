import type { DataSource, EntityManager } from 'typeorm';
import { TopupConfiguration } from './topup-configuration.entity.ts';

/** Reads the whole catalogue, a handful of rows, in page order. */
export function readConfigurations(database: DataSource | EntityManager): Promise<TopupConfiguration[]> {
  return database.getRepository(TopupConfiguration).find({ order: { position: 'ASC', code: 'ASC' } });
}

/** Inserts rows, and updates those whose id exists. */
export async function saveConfigurations(tx: EntityManager, rows: readonly TopupConfiguration[]): Promise<void> {
  await tx.getRepository(TopupConfiguration).save([...rows]);
}
