import { APPROVAL_CAUSES } from './approval.ts';
import { type OrderStatus, PAYMENT_RECEIVED, PAYMENT_REFUSED } from './order-state.ts';

/** The kinds of steps, for programs. The graph declares all of them; which ones occur today, eventKind() says. */
export const EVENT_KINDS = [
  'CREATED',
  'QUOTED_ANEW',
  'SUBMITTED',
  'APPROVED',
  'REJECTED',
  'CONFIRMED',
  'PAYMENT_RECEIVED',
  'PAID',
  'BOOKED',
  'REVIEW',
  'EXPIRED',
  'CANCELLED',
  'REFUNDED',
  'PAYMENT_REFUSED',
  'MAIL_SENT',
  'OPERATOR_ACTED',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

interface Step {
  from: OrderStatus | null;
  to: OrderStatus;
  cause: string;
}

const KIND_OF_MOVE: Record<OrderStatus, EventKind> = {
  DRAFT: 'CREATED',
  PENDING_PAYMENT: 'CONFIRMED',
  PAID: 'PAID',
  COMPLETED: 'BOOKED',
  PAYMENT_REVIEW: 'REVIEW',
  EXPIRED: 'EXPIRED',
  CANCELLED: 'CANCELLED',
  REFUNDED: 'REFUNDED',
};

const KIND_OF_APPROVAL: Readonly<Record<string, EventKind>> = {
  [APPROVAL_CAUSES.SUBMITTED]: 'SUBMITTED',
  [APPROVAL_CAUSES.APPROVED]: 'APPROVED',
  [APPROVAL_CAUSES.REJECTED]: 'REJECTED',
};

/**
 * Steps that move nothing are approvals and new quotes of drafts; after a confirm they are payments, or operators make them, or the system
 * closes their work.
 */
export function eventKind({ from, to, cause }: Step): EventKind {
  if (from !== to) return cause === PAYMENT_REFUSED ? 'PAYMENT_REFUSED' : KIND_OF_MOVE[to];
  if (to === 'DRAFT') return KIND_OF_APPROVAL[cause] ?? 'QUOTED_ANEW';
  return cause.startsWith(PAYMENT_RECEIVED) ? 'PAYMENT_RECEIVED' : 'OPERATOR_ACTED';
}

const CALLERS_CAUSES = ['createTopupOrder', 'confirmOrder', 'cancelTopupOrder', ...Object.values(APPROVAL_CAUSES)];

/** Buyers do not see which operator acted: only a caller's own steps name their actor. */
export const isCallersStep = ({ cause }: Pick<Step, 'cause'>): boolean =>
  CALLERS_CAUSES.some((name) => cause.startsWith(name));
