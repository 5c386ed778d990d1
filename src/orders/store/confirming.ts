import type { ExcessQuantity } from '../../excess-usage/index.ts';
import type { Rupiah } from '../../kernel/money.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { sql, toJson } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import { enqueued, type NewJob } from '../../platform/jobs/job.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { KeyUse } from '../rules/idempotency-key.ts';
import type { LinePeriod } from '../rules/line-period.ts';
import { assertCanMove, type Cause } from '../rules/order-state.ts';
import { type Requote, storeRequote } from './drafts.ts';
import { excessAtQuote, toReport, toStoredExcess } from './excess-reports.ts';
import { isKeyTaken, keyInsert, type Repeat, repeatOf, usesOfKey } from './idempotency-keys.ts';
import { periodsUpdate, stepInsert } from './moves.ts';
import { hasRoomToPay, lockOrganization } from './open-orders.ts';
import { linesOfOrders, lockDraft, orderWithin } from './orders.ts';
import { takenExcess } from './taken-excess.ts';
import { TopupOrder } from './topup-order.entity.ts';
import type { TopupOrderLine } from './topup-order-line.entity.ts';

interface RoomToPay {
  now: Date;
  maxOrdersAwaitingPayment: number;
}

/** Everything that a confirm depends on, as it was when it was read; nothing is locked. */
export interface ConfirmFacts {
  order: TopupOrder | undefined;
  lines: readonly TopupOrderLine[];
  /** undefined if a version before quoted the draft. */
  excessAtQuote: readonly ExcessQuantity[] | undefined;
  /** False if the organization has as many orders that await their payment as it may have. */
  hasRoom: boolean;
  /** The order that this key confirmed before. */
  repeat: Repeat | undefined;
}

export async function readConfirmFacts(
  database: TenantDatabase,
  request: RequestContext,
  use: KeyUse,
  orderId: string,
  { now, maxOrdersAwaitingPayment }: RoomToPay,
): Promise<ConfirmFacts> {
  // Reads the key last: a confirm that commits in between has then stored its key.
  const [[order], lines, reports, [room], uses] = await database.reads(
    request,
    orderWithin(use.organizationId, orderId),
    linesOfOrders([orderId]),
    excessAtQuote(orderId),
    sql<{ isLeft: boolean }>`
      select ${hasRoomToPay(use.organizationId, now, maxOrdersAwaitingPayment)} as "isLeft"`,
    usesOfKey(use),
  );
  return {
    order,
    lines,
    excessAtQuote: toReport(reports),
    hasRoom: room?.isLeft === true,
    repeat: repeatOf(use, uses),
  };
}

export interface Confirmation {
  order: TopupOrder;
  use: KeyUse;
  /** Excess that the quote left out, because it was settled or another order claimed it. */
  taken: readonly ExcessQuantity[];
  /** hub-core's report of the excess of the order's quotas. */
  reported: readonly ExcessQuantity[];
  /** The total above which the organization asks for an approval; undefined if it does not. */
  approvalLimit: Rupiah | undefined;
  maxOrdersAwaitingPayment: number;
  paymentExpiresAt: Date;
  periods: readonly (LinePeriod & { id: string })[];
  cause: Cause;
  /** Gets the order its invoice, in case this process dies before it does. */
  job: NewJob;
}

/**
 * Moves a draft to PENDING_PAYMENT in one statement, provided that the draft and the taken excess are as they were
 * quoted, and that the organization may have one more order to pay. Returns undefined if that has changed, or if another
 * request has used the key. A concurrent move holds the row lock, and PostgreSQL reads the row again after that transaction
 * ends. lockOrganization() serializes the confirms of one organization.
 */
export async function moveToPayment(
  database: TenantDatabase,
  request: RequestContext,
  confirmation: Confirmation,
): Promise<TopupOrder | undefined> {
  const { organizationId } = confirmation.order;
  try {
    const [, [row]] = await database.writes(request, lockOrganization(organizationId), confirmStatement(confirmation));
    if (row === undefined) return undefined;
    const { enqueued: _, ...order } = row;
    return order;
  } catch (error) {
    if (isKeyTaken(error)) return undefined;
    throw error;
  }
}

function confirmStatement({
  order,
  use,
  taken,
  reported,
  approvalLimit,
  paymentExpiresAt,
  periods,
  cause,
  job,
  ...limits
}: Confirmation) {
  const to = 'PENDING_PAYMENT';
  assertCanMove(order, to);
  const ifMoved = sql`exists (select from moved_order)`;
  return sql<TopupOrder & { enqueued: unknown }>`
    with taken_excess as materialized (${takenExcess(order.organizationId, cause.at, order.id)}), quoted_excess as materialized (
      select * from json_to_recordset(${toJson(taken)}) as row (code text, period text, quantity bigint)
    ), moved_order as (
      update topup_orders o set status = ${to}, confirmed_at = ${cause.at}, payment_expires_at = ${paymentExpiresAt},
        excess_at_confirm = ${toJson(toStoredExcess(reported))}, approval_limit = ${approvalLimit ?? null}
      where o.id = ${order.id} and o.organization_id = ${order.organizationId} and o.status = ${order.status}
        and o.total = ${order.total} and o.quote_expires_at = ${order.quoteExpiresAt}
        and o.approval_state is not distinct from ${order.approvalState}
        and ${hasRoomToPay(order.organizationId, cause.at, limits.maxOrdersAwaitingPayment)}
        and not exists (table taken_excess except table quoted_excess)
        and not exists (table quoted_excess except table taken_excess)
      returning o.*
    ), key_use as (${keyInsert(use, order.id, cause.at, ifMoved)}
    ), line_periods as (${periodsUpdate(order.id, periods, ifMoved)}
    ), timeline_step as (${stepInsert(order, order.status, to, cause, ifMoved)}
    )
    select ${columnsOf(TopupOrder, 'moved_order')}, ${enqueued(job)} as enqueued from moved_order`;
}

/** Stores a new quote for a draft. Returns undefined if the draft has changed since it was read. */
export function requoteDraft(
  database: TenantDatabase,
  request: RequestContext,
  { order, ...requote }: Requote & { order: TopupOrder },
): Promise<TopupOrder | undefined> {
  return database.transaction(request, async (tx) => {
    const locked = await lockDraft(tx, order);
    return locked && storeRequote(tx, locked, requote);
  });
}
