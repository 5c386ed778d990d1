import { columnsOf } from '../../platform/database/columns.ts';
import { sql, toJson } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { enqueued, type NewJob } from '../../platform/jobs/job.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { KeyUse } from '../rules/idempotency-key.ts';
import type { LinePeriod } from '../rules/line-period.ts';
import { assertCanMove, type Cause } from '../rules/order-state.ts';
import type { Quote } from '../rules/quote.ts';
import { storeRequote } from './drafts.ts';
import { isKeyTaken, keyUsed, repeatOf, usesOfKey } from './idempotency-keys.ts';
import { linesDated, step } from './moves.ts';
import { linesOfOrders, lockOrder, orderWithin } from './orders.ts';
import { lockExcess, type TakenExcess, takenExcess } from './taken-excess.ts';
import { TopupOrder } from './topup-order.entity.ts';
import type { TopupOrderLine } from './topup-order-line.entity.ts';

/** Everything that a confirm is decided on. */
export interface ToConfirm {
  order: TopupOrder | undefined;
  lines: readonly TopupOrderLine[];
  /** The order that this key confirmed before, or "conflict" where it confirmed something else. */
  repeat: TopupOrder | 'conflict' | undefined;
}

export async function readToConfirm(
  database: TenantDatabase,
  request: RequestContext,
  use: KeyUse,
  orderId: string,
): Promise<ToConfirm> {
  // The key comes last: where this very key has just confirmed the order, it is found.
  const [[order], lines, uses] = await database.reads(
    request,
    orderWithin(use.organizationId, orderId),
    linesOfOrders([orderId]),
    usesOfKey(use),
  );
  return { order, lines, repeat: repeatOf(use, uses) };
}

export interface Confirmation {
  order: TopupOrder;
  use: KeyUse;
  /** Excess that the quote left out, because it was settled or another order held it. */
  taken: readonly TakenExcess[];
  paymentExpiresAt: Date;
  periods: readonly (LinePeriod & { id: string })[];
  cause: Cause;
  /** Sees to the invoice, should this process not get to it. */
  job: NewJob;
}

/**
 * Moves a draft to PENDING_PAYMENT in one statement: only if it is still as it was quoted, and the excess that others settled
 * or hold is still the same. undefined where either has changed, or another request has used the key. Whoever moves the order at this moment holds its row, and
 * PostgreSQL reads it again once that transaction is done; the lock lets confirms of one organization in one after the other.
 */
export async function moveToPayment(
  database: TenantDatabase,
  request: RequestContext,
  confirmation: Confirmation,
): Promise<TopupOrder | undefined> {
  const { organizationId } = confirmation.order;
  try {
    const [, [row]] = await database.writes(request, lockExcess(organizationId), confirmed(confirmation));
    if (row === undefined) return undefined;
    const { enqueued: _, ...order } = row;
    return order;
  } catch (error) {
    if (isKeyTaken(error)) return undefined;
    throw error;
  }
}

function confirmed({ order, use, taken, paymentExpiresAt, periods, cause, job }: Confirmation) {
  const to = 'PENDING_PAYMENT';
  assertCanMove(order, to);
  const ifMoved = sql`exists (select from moved)`;
  return sql<TopupOrder & { enqueued: unknown }>`
    with taken as materialized (${takenExcess(order.organizationId, order.id)}), quoted as materialized (
      select * from json_to_recordset(${toJson(taken)}) as quoted (code text, period text, quantity bigint)
    ), moved as (
      update topup_orders o set status = ${to}, confirmed_at = ${cause.at}, payment_expires_at = ${paymentExpiresAt}
      where o.id = ${order.id} and o.organization_id = ${order.organizationId} and o.status = ${order.status}
        and o.total = ${order.total} and o.quote_expires_at = ${order.quoteExpiresAt}
        and not exists (table taken except table quoted) and not exists (table quoted except table taken)
      returning o.*
    ), used as (${keyUsed(use, order.id, cause.at, ifMoved)}
    ), dated as (${linesDated(order.id, periods, ifMoved)}
    ), told as (${step(order, order.status, to, cause, ifMoved)}
    )
    select ${columnsOf(TopupOrder, 'moved')}, ${enqueued(job)} as enqueued from moved`;
}

/** Quotes a draft anew; undefined where it is not as it was read any more. */
export function requoteDraft(
  database: TenantDatabase,
  request: RequestContext,
  { order, quote, expiresAt, cause }: { order: TopupOrder; quote: Quote; expiresAt: Date; cause: Cause },
): Promise<TopupOrder | undefined> {
  return database.transaction(request, async (tx) => {
    const locked = await lockOrder(tx, { id: order.id });
    const isUnchanged =
      locked?.status === 'DRAFT' &&
      locked.total === order.total &&
      locked.quoteExpiresAt.getTime() === order.quoteExpiresAt.getTime();
    return isUnchanged ? storeRequote(tx, locked, quote, expiresAt, cause) : undefined;
  });
}
