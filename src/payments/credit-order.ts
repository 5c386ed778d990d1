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
 * An order holds its excess from its confirm on: nobody else is asked for it. One that was cancelled or expired has given it
 * back, and an order that was confirmed since may carry the same: paid already, or yet to be paid.
 */
export async function isExcessPaidTwice(tx: EntityManager, order: TopupOrder): Promise<boolean> {
  const takenOn: unknown[] = await tx.query(
    `select from topup_order_lines mine
     join topup_orders other on other.organization_id = $2 and other.id <> $1
     join topup_order_lines theirs on theirs.order_id = other.id and theirs.kind = 'EXCESS'
       and theirs.quota_code = mine.quota_code and theirs.excess_period = mine.excess_period
     join topup_order_events confirmed on confirmed.order_id = other.id and confirmed.to_status = 'PENDING_PAYMENT'
     where mine.order_id = $1 and mine.kind = 'EXCESS'
       and confirmed.id > (select max(id) from topup_order_events
                           where order_id = $1 and to_status in ('EXPIRED', 'CANCELLED'))
       and (other.status in ('PENDING_PAYMENT', 'PAYMENT_REVIEW', 'PAID', 'COMPLETED') or other.completed_at is not null)
     limit 1`,
    [order.id, order.organizationId],
  );
  return takenOn.length > 0;
}
