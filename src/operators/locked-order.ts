import type { DataSource, EntityManager } from 'typeorm';
import { lockOrder, type TopupOrder } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { OperatorRefusal } from './operator-refusal.ts';

/**
 * Runs what an operator decided with the order's row locked, so that the decision is about what is there: two operators, or
 * an operator and a payment, go one after the other. One transaction: a crash leaves all of it or nothing.
 */
export function withLockedOrder<T>(
  database: DataSource,
  orderNumber: string,
  decide: (tx: EntityManager, order: TopupOrder) => Promise<T>,
): Promise<T> {
  return inTransaction(database, async (tx) => {
    const order = await lockOrder(tx, { number: orderNumber });
    if (order === undefined) throw noSuchOrder(orderNumber);
    return decide(tx, order);
  });
}

export function noSuchOrder(orderNumber: string): OperatorRefusal {
  return new OperatorRefusal(`There is no order ${orderNumber}.`);
}
