import type { DataSource, EntityManager } from 'typeorm';
import { isOrderNumber, lockOrder, type TopupOrder } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { OperatorRefusal } from './operator-refusal.ts';

/**
 * Runs an operator's decision while the order's row is locked, so that concurrent decisions and payments are
 * serialized. One transaction: a crash leaves all of it or nothing.
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
  const correction = isOrderNumber(orderNumber) ? '' : ' No order can have this number: check it for a typing mistake.';
  return new OperatorRefusal(`There is no order ${orderNumber}.${correction}`);
}
