import { columnsOf } from '../../platform/database/columns.ts';
import { call, statement, toJson } from '../../platform/database/statement.ts';
import type { JobValues } from '../../platform/jobs/job.ts';
import type { LinePeriod } from '../rules/line-period.ts';
import { assertCanMove } from '../rules/order-state.ts';
import { CLAIMED_EXCESS, type ClaimRow } from './claimed-excess.ts';
import type { KeyUse } from './idempotency.ts';
import { TopupOrder } from './topup-order.entity.ts';
import type { Cause } from './transition.ts';

/**
 * Confirms a draft, in one statement, and only if it is still what was compared with the quote, and the same excess is claimed by
 * others. Whoever is moving the order at this moment holds its row, and PostgreSQL looks at the row again once that one is done.
 */
const MOVE = statement<TopupOrder & { enqueued: unknown }>(
  `with claimed as materialized (${CLAIMED_EXCESS}), quoted as materialized (
     select * from json_to_recordset($5) as quoted (code text, period text, quantity bigint)
   ), moved as (
     update topup_orders o set status = 'PENDING_PAYMENT', confirmed_at = $6, payment_expires_at = $7
     where o.id = $2 and o.organization_id = $1 and o.status = 'DRAFT' and o.total = $3 and o.quote_expires_at = $4
       and not exists (table claimed except table quoted) and not exists (table quoted except table claimed)
     returning o.*
   ), used as (
     insert into idempotency_keys (organization_id, operation, key, content_hash, order_id, created_at)
     select organization_id, $8, $9, $10, id, $6 from moved
   ), dated as (
     update topup_order_lines line set period_start = period."periodStart", period_end = period."periodEnd"
     from moved, json_to_recordset($11) as period (id uuid, "periodStart" date, "periodEnd" date)
     where line.id = period.id and line.order_id = moved.id
   ), told as (
     insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
     select id, $6, 'DRAFT', 'PENDING_PAYMENT', $12, $13, correlation_id from moved
   )
   select ${columnsOf(TopupOrder, 'moved')}, enqueue_job($14, $15, $16, $17, $18) as enqueued from moved`,
);

export interface MoveToPayment {
  order: TopupOrder;
  use: KeyUse;
  /** What the quote was made without. */
  claimed: readonly ClaimRow[];
  paymentExpiresAt: Date;
  periods: readonly (LinePeriod & { id: string })[];
  cause: Cause;
  job: JobValues;
}

/** Answers the order, moved; no row where it, or what others claim, is not any more what it was. */
export function moveToPayment({ order, use, claimed, paymentExpiresAt, periods, cause, job }: MoveToPayment) {
  assertCanMove(order, 'PENDING_PAYMENT');
  const { organizationId, id, total, quoteExpiresAt } = order;
  const seen = [organizationId, id, total, quoteExpiresAt, toJson(claimed)];
  const key = [use.operation, use.key, use.contentHash];
  return call(MOVE, ...seen, cause.at, paymentExpiresAt, ...key, toJson(periods), cause.cause, cause.actor, ...job);
}
