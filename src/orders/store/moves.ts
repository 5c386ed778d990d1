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
  type ReviewReason,
  UNDER_REVIEW,
} from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderEvent } from './topup-order-event.entity.ts';

const insertSteps = insertInto(TopupOrderEvent);

/** Appends a step to the order's timeline, if `onlyIf` holds. */
export function stepInsert(
  { id, correlationId }: Pick<TopupOrder, 'id' | 'correlationId'>,
  from: OrderStatus | null,
  to: OrderStatus,
  { at, cause, actor, actorName, reason }: Cause,
  onlyIf?: Sql,
): Query {
  const row = {
    orderId: id,
    at,
    from,
    to,
    cause,
    actor,
    actorName: actorName ?? null,
    reason: reason ?? null,
    correlationId,
  };
  return insertSteps([row], { onlyIf });
}

/** Appends a step that does not move the order. */
export async function recordStep(tx: EntityManager, order: TopupOrder, cause: Cause): Promise<void> {
  await runQuery(tx, stepInsert(order, order.status, order.status, cause));
}

/**
 * Moves a locked order along the state table and appends the step, in the caller's transaction. `changes` are the other
 * columns that the move sets.
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
  await runQuery(tx, stepInsert(order, order.status, to, cause));
  Object.assign(order, changes, { status: to });
}

/** Sets the reason why a locked order is under review. */
export async function setReviewReason(tx: EntityManager, order: TopupOrder, reviewReason: ReviewReason): Promise<void> {
  if (order.reviewReason === reviewReason) return;
  await tx.update(TopupOrder, { id: order.id }, { reviewReason });
  order.reviewReason = reviewReason;
}

/**
 * Condition that the order is still the one that was read. A concurrent move holds the row lock, and PostgreSQL
 * evaluates the condition again after that transaction ends.
 */
const unchanged = ({ id, status, paymentInvoiceId }: TopupOrder): Sql =>
  sql`id = ${id} and status = ${status} and payment_invoice_id is not distinct from ${paymentInvoiceId}`;

/** A fragment that locks the order if it is unchanged. Yields its id, or nothing. */
export const unchangedForUpdate = (order: TopupOrder): Sql =>
  sql`select id from topup_orders where ${unchanged(order)} for update`;

/** A move that a payment causes: the order is credited, or comes under review. */
export interface PaymentMove {
  to: OrderStatus;
  /** null if the payment has no time, or does not count yet. */
  paidAt: Date | null;
  provider: string;
  /** Empty if no payment could be read. */
  invoiceId: string;
}

/** A fragment that moves the order if it is unchanged. Yields the moved row, or nothing. */
export function statusUpdate(order: TopupOrder, { to, paidAt, provider, invoiceId }: PaymentMove): Sql {
  assertCanMove(order, to);
  return sql`
    update topup_orders set status = ${to}, paid_at = coalesce(${paidAt}, paid_at),
      payment_provider = case when payment_invoice_id is null and ${invoiceId} <> '' then ${provider} else payment_provider end,
      payment_invoice_id = coalesce(payment_invoice_id, nullif(${invoiceId}, ''))
    where ${unchanged(order)} returning id, status`;
}

/** A fragment that gives an order its invoice, unless it has one. Yields the order's row, or nothing. */
export const invoiceUpdate = (
  orderId: string,
  {
    provider,
    id,
    deadline,
    paymentUrl,
  }: { provider: string; id: string; deadline: Date | null; paymentUrl: string | null },
): Sql => sql`
  update topup_orders
  set payment_provider = ${provider}, payment_invoice_id = ${id}, payment_url = ${paymentUrl},
    payment_expires_at = least(payment_expires_at, ${deadline}::timestamptz)
  where id = ${orderId} and payment_invoice_id is null returning *`;

/** Conditions on a status column. */
export const awaitsPayment = (status: Sql): Sql => sql`${status} in (${oneOf(AWAITS_PAYMENT)})`;
export const isGivenUp = (status: Sql): Sql => sql`${status} in (${oneOf(GIVEN_UP)})`;

/** Selects the ids of orders that await an operator's decision. */
export const ordersUnderReview = (): Sql => sql`select id from topup_orders where status in (${oneOf(UNDER_REVIEW)})`;

/**
 * A fragment that selects the order of a number if it was ever credited, and through this invoice. Compare it with null: for
 * `exists` PostgreSQL reads all orders once, which is more than the few numbers that are asked for.
 */
export const orderPaidThrough = ({
  number,
  provider,
  invoiceId,
}: Record<'number' | 'provider' | 'invoiceId', Sql>): Sql => sql`
  select id from topup_orders where number = ${number} and payment_provider = ${provider} and payment_invoice_id = ${invoiceId}
    and paid_at is not null`;

/** A fragment that sets the periods of an order's lines, if `onlyIf` holds. */
export const periodsUpdate = (
  orderId: string,
  periods: readonly (LinePeriod & { id: string })[],
  onlyIf: Sql,
): Sql => sql`
  update topup_order_lines line set period_start = period."periodStart", period_end = period."periodEnd"
  from json_to_recordset(${JSON.stringify(periods)}) as period (id uuid, "periodStart" date, "periodEnd" date)
  where line.id = period.id and line.order_id = ${orderId} and ${onlyIf}`;
