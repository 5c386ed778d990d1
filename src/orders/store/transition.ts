import type { EntityManager } from 'typeorm';
import { columnsOf } from '../../platform/database/columns.ts';
import { send } from '../../platform/database/send.ts';
import { call, statement } from '../../platform/database/statement.ts';
import { assertCanMove, type OrderStatus } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';

export interface Cause {
  at: Date;
  cause: string;
  /** A token's subject or an operator; null for the system. */
  actor: string | null;
  /** Why, in an operator's words. */
  reason?: string;
}

const LOCK_BY_ID = statement<TopupOrder>(
  `select ${columnsOf(TopupOrder, 'o')} from topup_orders o where o.id = $1 for update`,
);
const LOCK_BY_NUMBER = statement<TopupOrder>(
  `select ${columnsOf(TopupOrder, 'o')} from topup_orders o where o.number = $1 for update`,
);

/** The row, locked until the transaction ends: whoever else would move the order waits. */
export async function lockOrder(
  tx: EntityManager,
  by: { id: string } | { number: string },
): Promise<TopupOrder | null> {
  const [order] = await send(tx, 'id' in by ? call(LOCK_BY_ID, by.id) : call(LOCK_BY_NUMBER, by.number));
  return order ?? null;
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

const APPEND = statement(
  `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, reason, correlation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/** A step of its timeline. */
export function eventOf(
  { id, correlationId }: Pick<TopupOrder, 'id' | 'correlationId'>,
  from: OrderStatus | null,
  to: OrderStatus,
  { at, cause, actor, reason }: Cause,
) {
  return call(APPEND, id, at, from, to, cause, actor, reason ?? null, correlationId);
}

export async function appendEvent(
  tx: EntityManager,
  order: Pick<TopupOrder, 'id' | 'correlationId'>,
  from: OrderStatus | null,
  to: OrderStatus,
  cause: Cause,
): Promise<void> {
  await send(tx, eventOf(order, from, to, cause));
}
