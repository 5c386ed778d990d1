import type { EntityManager } from 'typeorm';
import { assertCanMove, type OrderStatus } from './order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';

export interface Cause {
  at: Date;
  cause: string;
  /** A token's subject or an operator; null for the system. */
  actor: string | null;
  /** Why, in an operator's words. */
  reason?: string;
}

/** The row, locked until the transaction ends: whoever else would move the order waits. */
export function lockOrder(tx: EntityManager, where: { id: string } | { number: string }): Promise<TopupOrder | null> {
  return tx.findOne(TopupOrder, { where, lock: { mode: 'pessimistic_write' } });
}

/**
 * Moves a locked order along the state table and appends to its timeline, in the caller's transaction. `changes` are the
 * facts that come with the move. A move that the table does not have is a bug here, and refused by the database too.
 */
export async function transition(
  tx: EntityManager,
  order: TopupOrder,
  to: OrderStatus,
  cause: Cause,
  changes: Partial<Omit<TopupOrder, 'id' | 'status'>> = {},
): Promise<void> {
  assertCanMove(order, to);
  await tx.update(TopupOrder, { id: order.id }, { ...changes, status: to });
  await appendEvent(tx, order, order.status, to, cause);
  Object.assign(order, changes, { status: to });
}

export async function appendEvent(
  tx: EntityManager,
  order: Pick<TopupOrder, 'id' | 'correlationId'>,
  from: OrderStatus | null,
  to: OrderStatus,
  { at, cause, actor, reason }: Cause,
): Promise<void> {
  const { id: orderId, correlationId } = order;
  await tx.insert(TopupOrderEvent, { orderId, at, from, to, cause, actor, reason: reason ?? null, correlationId });
}
