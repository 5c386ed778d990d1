import type { EntityManager } from 'typeorm';
import { paidJobs } from '../fulfilment/index.ts';
import {
  type Cause,
  isExcessPaidTwice,
  linesOfOrder,
  moveOrder,
  type OrderStatus,
  PAYMENT_RECEIVED,
  recordStep,
  setReviewReason,
  type TopupOrder,
  UNDER_REVIEW,
  withdrawLink,
} from '../orders/index.ts';
import { invoiceOf, type Settling } from './answer.ts';
import { paymentsIn } from './mail-of-answer.ts';
import type { Invoice } from './provider.ts';
import type { ReceivedDecision } from './rules/decide-payment.ts';
import { PAYABLE_STATUSES } from './rules/provider-end.ts';
import { paymentsWithoutMove } from './rules/received-sum.ts';
import { creditOrder } from './store/settlement.ts';

interface Moved {
  /** Another order settled the same excess. */
  excessPaidTwice: boolean;
  /** The reason of the review is another one now. */
  isOtherReason: boolean;
}

/**
 * Moves the locked order through the statuses of the decision. If it stays, each new payment has a step of its own on the
 * timeline.
 */
export async function moveByAnswer(tx: EntityManager, settling: Settling, decision: ReceivedDecision): Promise<Moved> {
  const { order, rows, invoices, source, at } = settling;
  const reasonBefore = order.reviewReason;
  const excessPaidTwice = await walk(tx, settling, decision.walk);
  if (decision.reviewReason !== undefined) await setReviewReason(tx, order, decision.reviewReason);
  for (const _ of paymentsWithoutMove(rows, decision.walk))
    await recordStep(tx, order, { at, cause: `${PAYMENT_RECEIVED}: ${source}`, actor: null });
  await withdrawDeadLink(tx, order, invoices);
  return { excessPaidTwice, isOtherReason: order.reviewReason !== reasonBefore };
}

/** Returns true if the order is credited, and another one settled the same excess. */
async function walk(tx: EntityManager, settling: Settling, statuses: readonly OrderStatus[]): Promise<boolean> {
  const { order, source, provider } = settling;
  const cause = { at: settling.at, cause: `payment: ${source}`, actor: null };
  const invoiceId = invoiceOf(settling);
  const link =
    order.paymentInvoiceId === null && invoiceId !== ''
      ? { paymentProvider: provider, paymentInvoiceId: invoiceId }
      : {};
  let excessPaidTwice = false;
  for (const to of statuses) {
    if (to === 'PAID') {
      excessPaidTwice = await isExcessPaidTwice(tx, order);
      await credit(tx, settling, cause);
    } else {
      await moveOrder(tx, order, to, cause, link);
    }
  }
  return excessPaidTwice;
}

async function credit(tx: EntityManager, settling: Settling, cause: Cause): Promise<void> {
  const { order, provider, payments, at } = settling;
  const paidAt = payments.findLast(({ kind }) => kind === 'PAYMENT')?.receivedAt ?? at;
  const payment = { provider, invoiceId: invoiceOf(settling), paidAt };
  const lines = await linesOfOrder(tx, order.id);
  await creditOrder(tx, order, lines, payment, cause, paidJobs(order, paymentsIn(payments)));
}

/** The rest of an underpaid order can be paid only as long as one of its invoices can. */
async function withdrawDeadLink(tx: EntityManager, order: TopupOrder, invoices: readonly Invoice[]): Promise<void> {
  if (!UNDER_REVIEW.has(order.status) || order.paymentUrl === null) return;
  if (invoices.some(({ status }) => PAYABLE_STATUSES.has(status))) return;
  await withdrawLink(tx, order.id);
  order.paymentUrl = null;
}
