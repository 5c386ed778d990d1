import type { EntityManager } from 'typeorm';
import { type MailKind, mailJob, nextSending } from '../fulfilment/index.ts';
import { CREDITED, REFUNDED, type TopupOrder, UNDER_REVIEW } from '../orders/index.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import type { OrderPayment } from './store/order-payment.entity.ts';

type Step = Pick<OrderPayment, 'kind'>;

interface Settled {
  /** The answer moved the order. */
  isMoved: boolean;
  /** The reason of the review is another one now. */
  isOtherReason: boolean;
  /** The steps that the answer adds, and all of the order. */
  rows: readonly Step[];
  all: readonly Step[];
}

export const paymentsIn = (steps: readonly Step[]): number => steps.filter(({ kind }) => kind === 'PAYMENT').length;

/**
 * Enqueues the mail that follows from an answer about a locked order, if it moved the order or told of money that was not known before.
 * Each change of the sum has a mail of its own; a repeat has none. The receipt of a credit comes from paidJobs.
 */
export async function enqueueMail(tx: EntityManager, order: TopupOrder, settled: Settled): Promise<void> {
  const kind = kindOf(order, settled);
  if (kind === undefined) return;
  const { isMoved, all } = settled;
  const changes = kind === 'payment_under_review' ? all.length : paymentsIn(all);
  const sending = isMoved ? 1 : await nextSending(tx, order, kind);
  await enqueueJob(tx, mailJob(kind, order, { sending, changes }));
}

function kindOf({ status }: TopupOrder, { isMoved, isOtherReason, rows }: Settled): MailKind | undefined {
  const isPaid = paymentsIn(rows) > 0;
  if (UNDER_REVIEW.has(status)) return isMoved || isOtherReason || rows.length > 0 ? 'payment_under_review' : undefined;
  if (REFUNDED.has(status)) return isMoved || isPaid ? 'order_refunded' : undefined;
  return CREDITED.has(status) && !isMoved && isPaid ? 'payment_received' : undefined;
}
