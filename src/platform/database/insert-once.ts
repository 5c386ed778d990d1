import type { EntityManager, EntityTarget, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';

/**
 * Inserts a row unless the named unique constraint has it already; answers whether it was inserted. Waits for another
 * transaction that is inserting it. By name, so that no other violation passes for this one, and without failing the
 * transaction, as a violation would.
 */
export async function insertOnce<E extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntityTarget<E>,
  row: QueryDeepPartialEntity<E>,
  constraint: string,
): Promise<boolean> {
  const [insert, values] = tx.createQueryBuilder().insert().into(entity).values(row).getQueryAndParameters();
  const inserted: unknown[] = await tx.query(
    `${insert} on conflict on constraint ${constraint} do nothing returning true`,
    values,
  );
  return inserted.length === 1;
}
