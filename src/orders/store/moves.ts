import type { EntityManager } from 'typeorm';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Query, type Sql, sql } from '../../platform/database/sql.ts';
import type { LinePeriod } from '../rules/line-period.ts';
import {
  AWAITS_PAYMENT,
  assertCanMove,
  type Cause,
  GIVEN_UP,
  type OrderStatus,
  UNDER_REVIEW,
} from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';

const insertSteps = insertInto(TopupOrderEvent);

/** A step of the order's timeline, where `onlyIf` holds. */
export function step(
  { id, correlationId }: Pick<TopupOrder, 'id' | 'correlationId'>,
  from: OrderStatus | null,
  to: OrderStatus,
  { at, cause, actor, reason }: Cause,
  onlyIf?: Sql,
): Query {
  const row = { orderId: id, at, from, to, cause, actor, reason: reason ?? null, correlationId };
  return insertSteps([row], { onlyIf });
}

/** A step that moves nothing: something was done about the order. */
export async function noteStep(tx: EntityManager, order: TopupOrder, cause: Cause): Promise<void> {
  await runQuery(tx, step(order, order.status, order.status, cause));
}

/**
 * Moves a locked order along the state table and appends to its timeline, in the caller's transaction. `changes` are the
 * facts that come with the move.
 */
export async function moveOrder(
  tx: EntityManager,
  order: TopupOrder,
  to: OrderStatus,
  cause: Cause,
  changes: Partial<Omit<TopupOrder, 'id' | 'status'>> = {},
): Promise<void> {
  assertCanMove(order, to);
  await tx.update(TopupOrder, { id: order.id }, { ...changes, status: to });
  await runQuery(tx, step(order, order.status, to, cause));
  Object.assign(order, changes, { status: to });
}

/**
 * Condition under which the order is still what was decided on. Whoever moves the order at this moment holds its row, and
 * PostgreSQL reads the row again once that transaction is done.
 */
const unchanged = ({ id, status, paymentInvoiceId }: TopupOrder): Sql =>
  sql`id = ${id} and status = ${status} and payment_invoice_id is not distinct from ${paymentInvoiceId}`;

/** Locks the order, if it is unchanged: a fragment that yields its id, or nothing. */
export const lockedUnchanged = (order: TopupOrder): Sql =>
  sql`select id from topup_orders where ${unchanged(order)} for update`;

/** How a payment moves an order: credited, or under review. */
export interface PaymentMove {
  to: OrderStatus;
  /** null where the payment does not say, or does not count yet. */
  paidAt: Date | null;
  provider: string;
  invoiceId: string;
}

/** Moves the order, if it is unchanged: a fragment that yields the moved row, or nothing. */
export function movedByPayment(order: TopupOrder, { to, paidAt, provider, invoiceId }: PaymentMove): Sql {
  assertCanMove(order, to);
  return sql`
    update topup_orders set status = ${to}, paid_at = coalesce(${paidAt}, paid_at),
      payment_provider = case when payment_invoice_id is null then ${provider} else payment_provider end,
      payment_invoice_id = coalesce(payment_invoice_id, ${invoiceId})
    where ${unchanged(order)} returning id, status`;
}

/** Gives a pending order its invoice, unless it has one: a fragment that yields the order's row, or nothing. */
export const invoiceStored = (
  orderId: string,
  provider: string,
  invoiceId: string,
  paymentUrl: string | null,
): Sql => sql`
  update topup_orders
  set payment_provider = ${provider}, payment_invoice_id = ${invoiceId}, payment_url = ${paymentUrl}
  where id = ${orderId} and payment_invoice_id is null returning *`;

/** Conditions on a column that holds a status. */
export const awaitsPayment = (status: Sql): Sql => sql`${status} in (${oneOf(AWAITS_PAYMENT)})`;
export const isGivenUp = (status: Sql): Sql => sql`${status} in (${oneOf(GIVEN_UP)})`;

/** Ids of the orders that an operator has to decide about. */
export const ordersUnderReview = (): Sql => sql`select id from topup_orders where status in (${oneOf(UNDER_REVIEW)})`;

/** Sets the periods of an order's lines, where `onlyIf` holds. */
export const linesDated = (orderId: string, periods: readonly (LinePeriod & { id: string })[], onlyIf: Sql): Sql => sql`
  update topup_order_lines line set period_start = period."periodStart", period_end = period."periodEnd"
  from json_to_recordset(${JSON.stringify(periods)}) as period (id uuid, "periodStart" date, "periodEnd" date)
  where line.id = period.id and line.order_id = ${orderId} and ${onlyIf}`;
