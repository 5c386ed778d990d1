import type { DataSource, EntityManager } from 'typeorm';
import { TopupConfiguration } from './topup-configuration.entity.ts';

/** The whole catalogue, in the order of the page: it has a handful of rows. */
export function readConfigurations(database: DataSource | EntityManager): Promise<TopupConfiguration[]> {
  return database.getRepository(TopupConfiguration).find({ order: { position: 'ASC', code: 'ASC' } });
}

/** Adds rows, and changes those whose id is there. */
export async function saveConfigurations(tx: EntityManager, rows: readonly TopupConfiguration[]): Promise<void> {
  await tx.getRepository(TopupConfiguration).save([...rows]);
}
