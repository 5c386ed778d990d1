/** The states of an order and the moves between them, as data (domain.md 8). A trigger of the database has the same table. */
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
  /** null: the order is created. */
  from: OrderStatus | null;
  to: OrderStatus;
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
  { from: 'PAYMENT_REVIEW', to: 'PAID', by: 'operator' },
  { from: 'PAYMENT_REVIEW', to: 'REFUNDED', by: 'operator' },
  { from: 'PAID', to: 'COMPLETED', by: 'accounting' },
  { from: 'COMPLETED', to: 'REFUNDED', by: 'operator' },
];

const set = <S extends OrderStatus>(...statuses: S[]): ReadonlySet<OrderStatus> => new Set(statuses);

/** Something is still to come: a confirm, a payment, the booking, an operator's decision. */
export const OPEN = set('DRAFT', 'PENDING_PAYMENT', 'PAID', 'PAYMENT_REVIEW');
export const QUOTED = set('DRAFT');
export const AWAITS_PAYMENT = set('PENDING_PAYMENT');
/** A payment that comes is money for this order that is not credited yet, provided the order was ever confirmed. */
export const AWAITS_SETTLEMENT = set('PENDING_PAYMENT', 'EXPIRED', 'CANCELLED');
/** Nobody is asked to pay any more; a payment that comes all the same is credited. */
export const GIVEN_UP = set('EXPIRED', 'CANCELLED');
export const UNDER_REVIEW = set('PAYMENT_REVIEW');
/** The excess on its lines is not asked for a second time. */
export const HOLDS_EXCESS = set('PENDING_PAYMENT', 'PAYMENT_REVIEW');
/** Paid and credited; accounting is yet to book it. */
export const AWAITS_BOOKING = set('PAID');
/** Paid: its lines are in the ledger. */
export const CREDITED = set('PAID', 'COMPLETED');
export const COMPLETED = set('COMPLETED');
/** Statuses that only a confirmed order reaches. EXPIRED and CANCELLED may follow a draft too. */
export const CONFIRMED = set('PENDING_PAYMENT', 'PAID', 'COMPLETED', 'PAYMENT_REVIEW', 'REFUNDED');
export const REFUNDED = set('REFUNDED');

export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/** A move that the table does not have is a bug here, and refused by the database too. */
export function assertCanMove({ number, status }: { number: string; status: OrderStatus }, to: OrderStatus): void {
  if (!canMove(status, to)) throw new Error(`order ${number} cannot move from ${status} to ${to}`);
}

/** When an order moved, and why: a step of its timeline. */
export interface Cause {
  at: Date;
  /** Such as "confirmOrder", "payment: webhook". */
  cause: string;
  /** A token's subject or an operator; null for the system. */
  actor: string | null;
  /** In an operator's words. */
  reason?: string;
}
