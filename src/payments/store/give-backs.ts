import type { DataSource, EntityManager } from 'typeorm';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { sql } from '../../platform/database/sql.ts';
import { OrderGiveBack } from './order-give-back.entity.ts';

const insertGiveBacks = insertInto(OrderGiveBack);

/** Returns what operators gave back for an order, oldest first. */
export function giveBacksOfOrder(database: DataSource | EntityManager, orderId: string): Promise<OrderGiveBack[]> {
  return database.getRepository(OrderGiveBack).find({ where: { orderId }, order: { recordedAt: 'ASC', id: 'ASC' } });
}

export async function insertGiveBack(tx: EntityManager, giveBack: OrderGiveBack): Promise<void> {
  await runQuery(tx, sql`${insertGiveBacks([giveBack])}`);
}
