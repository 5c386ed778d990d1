import type { EntityManager } from 'typeorm';
import { jakartaDate } from '../kernel/jakarta.ts';
import { enterLines, type NewEntry } from '../ledger/index.ts';
import {
  bookPaidPiJob,
  type Cause,
  enqueueForOrder,
  linesOfOrder,
  type TopupOrder,
  TopupOrderLine,
  topupPeriod,
  transition,
} from '../orders/index.ts';

/** When it was paid, where that is known, and by which invoice. */
export type AcceptedPayment = { paidAt: Date | null; invoiceId: string };

/**
 * Makes a locked order PAID: its lines are credited, and the job that books it is enqueued. Part of the transaction in which
 * the payment was decided on, by its notice or by an operator; a second time fails on the ledger's unique key.
 */
export async function creditOrder(
  tx: EntityManager,
  order: TopupOrder,
  payment: AcceptedPayment,
  cause: Cause,
): Promise<void> {
  const paidAt = payment.paidAt === null || payment.paidAt > cause.at ? cause.at : payment.paidAt;
  await creditLines(tx, order, { paidAt, now: cause.at });
  // fault point: settle, credited and order not moved
  const paymentInvoiceId = order.paymentInvoiceId ?? payment.invoiceId;
  await transition(tx, order, 'PAID', cause, { paidAt, paymentInvoiceId });
  await enqueueForOrder(tx, bookPaidPiJob, order);
  // fault point: settle, moved and job enqueued, not committed
}

/** Enters every line into the ledger, and dates what it bought from the day of payment. */
async function creditLines(tx: EntityManager, order: TopupOrder, at: { paidAt: Date; now: Date }): Promise<void> {
  const lines = await linesOfOrder(tx, order.id);
  for (const line of lines.filter(({ kind }) => kind === 'TOPUP')) {
    const period = topupPeriod(line.quotaType, jakartaDate(at.paidAt), line.periodEnd);
    await tx.update(TopupOrderLine, { id: line.id }, period);
  }
  const entries = lines.map((line) => toEntry(order, line));
  await enterLines(tx, entries, at.now);
}

function toEntry(order: TopupOrder, line: TopupOrderLine): NewEntry {
  const isTopup = line.kind === 'TOPUP';
  return {
    organizationId: order.organizationId,
    orderLineId: line.id,
    quotaCode: line.quotaCode,
    kind: isTopup ? 'TOPUP' : 'EXCESS_SETTLEMENT',
    quantity: isTopup ? line.credits : line.quantity,
    period: line.excessPeriod,
  };
}

/**
 * While an order awaits its payment nobody else is asked for its excess. One that was cancelled or expired holds nothing any
 * more: an order after it may have settled the same.
 */
export async function isExcessPaidTwice(tx: EntityManager, order: TopupOrder): Promise<boolean> {
  if (order.status === 'PENDING_PAYMENT') return false;
  const settledSince: unknown[] = await tx.query(
    `select from topup_order_lines line
     join quota_ledger_entries entry on entry.organization_id = $2 and entry.kind = 'EXCESS_SETTLEMENT'
       and entry.quota_code = line.quota_code and entry.period = line.excess_period and entry.created_at >= $3
     where line.order_id = $1 and line.kind = 'EXCESS' limit 1`,
    [order.id, order.organizationId, order.confirmedAt],
  );
  return settledSince.length > 0;
}
