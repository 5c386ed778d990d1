import type { EntityManager } from 'typeorm';
import { newId } from '../../kernel/ids.ts';
import { jakartaDate } from '../../kernel/jakarta.ts';
import {
  assertCanMove,
  bookPaidPiJob,
  type Cause,
  jobOfOrder,
  linesOfOrder,
  type OrderStatus,
  type TopupOrder,
  type TopupOrderLine,
  topupPeriod,
} from '../../orders/index.ts';
import { send } from '../../platform/database/send.ts';
import { call, type SqlValue, statement, toJson } from '../../platform/database/statement.ts';
import type { JobValues } from '../../platform/jobs/job.ts';

/** When it was paid, where that is known, and by which invoice. */
export type AcceptedPayment = { paidAt: Date | null; invoiceId: string };

export type CreditedLine = Pick<
  TopupOrderLine,
  'id' | 'kind' | 'quotaCode' | 'quotaType' | 'quantity' | 'credits' | 'excessPeriod' | 'periodEnd'
>;

/**
 * The order's move and all that belongs to it, in one statement, and only if the order is still what was decided on: whoever is
 * moving it at this moment holds its row, and PostgreSQL looks at the row again once that one is done. Entries go in by quota
 * code, so that two orders of one organization take the counters' row locks in the same order and cannot deadlock.
 */
export const MOVED = `moved as (
    update topup_orders
    set status = $4, paid_at = coalesce($5, paid_at), payment_invoice_id = coalesce(payment_invoice_id, $6)
    where id = $1 and status = $2 and payment_invoice_id is not distinct from $3
    returning id, organization_id, correlation_id
  ), told as (
    insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, reason, correlation_id)
    select id, $7, $2, $4, $8, $9, $10, correlation_id from moved
  ), entry as materialized (
    select * from json_to_recordset($11) as entry (
      id uuid, line_id uuid, quota_code text, kind text, quantity bigint, period text, period_start date, period_end date)
  ), dated as (
    update topup_order_lines line set period_start = entry.period_start, period_end = entry.period_end
    from moved, entry where line.id = entry.line_id and entry.kind = 'TOPUP'
  ), credited as (
    insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, period, created_at)
    select entry.id, moved.organization_id, line_id, quota_code, kind, quantity, period, $7 from moved, entry
    order by quota_code collate "C"
  )`;
export const ENQUEUED = `select enqueue_job($12, $13, $14, $15, $16) from moved`;

const MOVE = statement(`with ${MOVED} ${ENQUEUED}`);

/** What becomes of an order whose payment was decided on. */
export interface Move {
  to: OrderStatus;
  paidAt: Date | null;
  invoiceId: string;
  lines: readonly CreditedLine[];
  job: JobValues;
}

export function creditOf(order: TopupOrder, lines: readonly CreditedLine[], payment: AcceptedPayment, at: Date): Move {
  const paidAt = payment.paidAt === null || payment.paidAt > at ? at : payment.paidAt;
  return { to: 'PAID', paidAt, invoiceId: payment.invoiceId, lines, job: jobOfOrder(bookPaidPiJob, order) };
}

/** Of MOVED and ENQUEUED. */
export function moveValues(order: TopupOrder, { to, paidAt, invoiceId, lines, job }: Move, by: Cause): SqlValue[] {
  assertCanMove(order, to);
  const entries = lines.map((line) => toEntry(line, jakartaDate(paidAt ?? by.at)));
  const seen = [order.id, order.status, order.paymentInvoiceId];
  return [...seen, to, paidAt, invoiceId, by.at, by.cause, by.actor, by.reason ?? null, toJson(entries), ...job];
}

/** What a line credits, and from when to when what it bought is valid. */
function toEntry(line: CreditedLine, paidOn: string) {
  const isTopup = line.kind === 'TOPUP';
  const { periodStart, periodEnd } = isTopup ? topupPeriod(line.quotaType, paidOn, line.periodEnd) : NO_PERIOD;
  return {
    id: newId(),
    line_id: line.id,
    quota_code: line.quotaCode,
    kind: isTopup ? 'TOPUP' : 'EXCESS_SETTLEMENT',
    quantity: isTopup ? line.credits : line.quantity,
    period: line.excessPeriod,
    period_start: periodStart,
    period_end: periodEnd,
  };
}
const NO_PERIOD = { periodStart: null, periodEnd: null };

/**
 * Makes a locked order PAID: its lines are credited, and the job that books it is enqueued. Part of the transaction in which an
 * operator decided on its payment; a second time fails on the ledger's unique key.
 */
export async function creditOrder(
  tx: EntityManager,
  order: TopupOrder,
  payment: AcceptedPayment,
  cause: Cause,
): Promise<void> {
  const credit = creditOf(order, await linesOfOrder(tx, order.id), payment, cause.at);
  const moved = await send(tx, call(MOVE, ...moveValues(order, credit, cause)));
  if (moved.length === 0) throw new Error(`order ${order.number} was to be credited and is not what was locked`);
  Object.assign(order, { status: credit.to, paidAt: credit.paidAt });
}
