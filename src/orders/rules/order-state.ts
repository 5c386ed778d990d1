/**
 * The statuses of an order and the moves between them, as data (domain.md 8). A database trigger has the same table.
 */
export const ORDER_STATUSES = [
  'DRAFT',
  'PENDING_PAYMENT',
  'PAID',
  'COMPLETED',
  'PAYMENT_REVIEW',
  'EXPIRED',
  'CANCELLED',
  'REFUNDED',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

interface Transition {
  /** null for the creation. */
  from: OrderStatus | null;
  to: OrderStatus;
  /** Operators make some of the others' moves too; `operator` is for those that they alone make. */
  by: 'buyer' | 'time' | 'payment' | 'accounting' | 'operator';
}

export const TRANSITIONS: readonly Transition[] = [
  { from: null, to: 'DRAFT', by: 'buyer' },
  { from: 'DRAFT', to: 'PENDING_PAYMENT', by: 'buyer' },
  { from: 'DRAFT', to: 'EXPIRED', by: 'time' },
  { from: 'PENDING_PAYMENT', to: 'EXPIRED', by: 'time' },
  { from: 'DRAFT', to: 'CANCELLED', by: 'buyer' },
  { from: 'PENDING_PAYMENT', to: 'CANCELLED', by: 'buyer' },
  { from: 'PENDING_PAYMENT', to: 'PAID', by: 'payment' },
  { from: 'EXPIRED', to: 'PAID', by: 'payment' },
  { from: 'CANCELLED', to: 'PAID', by: 'payment' },
  { from: 'PENDING_PAYMENT', to: 'PAYMENT_REVIEW', by: 'payment' },
  { from: 'EXPIRED', to: 'PAYMENT_REVIEW', by: 'payment' },
  { from: 'CANCELLED', to: 'PAYMENT_REVIEW', by: 'payment' },
  { from: 'PAYMENT_REVIEW', to: 'PAID', by: 'payment' },
  { from: 'PAYMENT_REVIEW', to: 'REFUNDED', by: 'payment' },
  { from: 'PAID', to: 'COMPLETED', by: 'accounting' },
  { from: 'PAID', to: 'REFUNDED', by: 'operator' },
  { from: 'COMPLETED', to: 'REFUNDED', by: 'operator' },
];

const set = <S extends OrderStatus>(...statuses: S[]): ReadonlySet<OrderStatus> => new Set(statuses);

/** The order still awaits a confirm, a payment, the booking or an operator's decision. */
export const OPEN = set('DRAFT', 'PENDING_PAYMENT', 'PAID', 'PAYMENT_REVIEW');
export const QUOTED = set('DRAFT');
export const AWAITS_PAYMENT = set('PENDING_PAYMENT');
/** A payment that arrives is not credited yet and must be settled, provided the order was ever confirmed. */
export const AWAITS_SETTLEMENT = set('PENDING_PAYMENT', 'EXPIRED', 'CANCELLED');
/** The order no longer asks for a payment; one that still arrives is credited. */
export const GIVEN_UP = set('EXPIRED', 'CANCELLED');
export const UNDER_REVIEW = set('PAYMENT_REVIEW');

export const REVIEW_REASONS = ['UNDERPAID', 'WRONG_CURRENCY', 'UNREADABLE'] as const;
/** The reason why an order is under review. */
export type ReviewReason = (typeof REVIEW_REASONS)[number];

/** The reason why an order is under review now; null in every other status, in which the order keeps the reason of its last review. */
export function reviewReasonOf(order: { status: OrderStatus; reviewReason: ReviewReason | null }): ReviewReason | null {
  return UNDER_REVIEW.has(order.status) ? (order.reviewReason ?? 'UNDERPAID') : null;
}

/** The order is paid and credited; accounting has not booked it yet. */
export const AWAITS_BOOKING = set('PAID');
/** The order is paid, and its lines are in the ledger. */
export const CREDITED = set('PAID', 'COMPLETED');
export const COMPLETED = set('COMPLETED');
/** Only a confirmed order reaches these. A draft may become EXPIRED or CANCELLED without a confirm. */
export const CONFIRMED = set('PENDING_PAYMENT', 'PAID', 'COMPLETED', 'PAYMENT_REVIEW', 'REFUNDED');
export const REFUNDED = set('REFUNDED');

export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/** Throws on a move that the table does not have. Such a move is a bug, and the database trigger refuses it too. */
export function assertCanMove({ number, status }: { number: string; status: OrderStatus }, to: OrderStatus): void {
  if (!canMove(status, to)) throw new Error(`order ${number} cannot move from ${status} to ${to}`);
}

/** The cause of the step that ends an order whose invoice the provider refuses: a repeat of its confirm answers by it. */
export const PAYMENT_REFUSED = 'payment provider: the invoice is refused';

/** Begins the cause of the step of a payment that moved nothing; its source follows. Stored steps have it, so it is never reworded. */
export const PAYMENT_RECEIVED = 'payment received';

/** The time and the reason of a timeline step. */
export interface Cause {
  at: Date;
  /** A short phrase such as "confirmOrder" or "payment: webhook". */
  cause: string;
  /** The token's subject or the operator; null for the system. */
  actor: string | null;
  /** The name in the caller's token, if it has one. */
  actorName?: string | undefined;
  /** The operator's own words. */
  reason?: string;
}
