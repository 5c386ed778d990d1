import { CREDITED, GIVEN_UP, type TopupOrder } from '../orders/index.ts';
import { MAIL_KINDS, type MailKind } from './templates/index.ts';

const isGivenUp = ({ status, confirmedAt }: TopupOrder) => GIVEN_UP.has(status) && confirmedAt !== null;

const isPayable = ({ status, paymentUrl }: TopupOrder) => status === 'PENDING_PAYMENT' && paymentUrl !== null;

/** Tells whether a mail of this kind is still true of the order: a late mail must not be stale. */
export const FITS: Readonly<Record<MailKind, (order: TopupOrder) => boolean>> = {
  approval_requested: ({ status, approvalState }) => status === 'DRAFT' && approvalState === 'PENDING',
  order_approved: ({ status, approvalState }) => status === 'DRAFT' && approvalState === 'APPROVED',
  order_rejected: ({ status, approvalState }) => status === 'DRAFT' && approvalState === 'REJECTED',
  payment_reminder: isPayable,
  awaiting_payment: isPayable,
  payment_received: ({ status }) => CREDITED.has(status),
  invoice_booked: ({ status }) => status === 'COMPLETED',
  order_expired: (order) => order.status === 'EXPIRED' && isGivenUp(order),
  order_cancelled: (order) => order.status === 'CANCELLED' && isGivenUp(order),
  payment_under_review: ({ status }) => status === 'PAYMENT_REVIEW',
  order_refunded: ({ status }) => status === 'REFUNDED',
};

/**
 * Returns the last kind of e-mail that fits the order, in the order of MAIL_KINDS; undefined if no kind does, and for a draft: its
 * submissions number the mails about its approval.
 */
export const mailKindOf = (order: TopupOrder): MailKind | undefined =>
  order.status === 'DRAFT' ? undefined : MAIL_KINDS.findLast((kind) => FITS[kind](order));

/** A mail that names sums tells of this many changes of the received sum: payments alone, or also what went back. */
export function changesToldBy(kind: MailKind, { payments, changes }: { payments: number; changes: number }): number {
  return kind === 'payment_under_review' ? changes : payments;
}
