/** The states of an order and the ways between them, as data (domain.md 8). The database has the same table in a trigger. */
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
  /** null: the order comes to be. */
  from: OrderStatus | null;
  to: OrderStatus;
  by: string;
}

export const TRANSITIONS: readonly Transition[] = [
  { from: null, to: 'DRAFT', by: 'createTopupOrder' },
  { from: 'DRAFT', to: 'PENDING_PAYMENT', by: 'confirmOrder' },
  { from: 'DRAFT', to: 'EXPIRED', by: 'time: the quote ran out' },
  { from: 'PENDING_PAYMENT', to: 'EXPIRED', by: 'time: unpaid, and the provider says so' },
  { from: 'DRAFT', to: 'CANCELLED', by: 'cancelTopupOrder' },
  { from: 'PENDING_PAYMENT', to: 'CANCELLED', by: 'cancelTopupOrder, once the invoice is void' },
  { from: 'PENDING_PAYMENT', to: 'PAID', by: 'verified payment' },
  { from: 'EXPIRED', to: 'PAID', by: 'verified payment that came late' },
  { from: 'CANCELLED', to: 'PAID', by: 'verified payment that came late' },
  { from: 'PENDING_PAYMENT', to: 'PAYMENT_REVIEW', by: 'verified payment that does not fit' },
  { from: 'EXPIRED', to: 'PAYMENT_REVIEW', by: 'verified payment that does not fit' },
  { from: 'CANCELLED', to: 'PAYMENT_REVIEW', by: 'verified payment that does not fit' },
  { from: 'PAYMENT_REVIEW', to: 'PAID', by: 'operator' },
  { from: 'PAYMENT_REVIEW', to: 'REFUNDED', by: 'operator' },
  { from: 'PAID', to: 'COMPLETED', by: 'paid PI booked' },
  { from: 'COMPLETED', to: 'REFUNDED', by: 'operator' },
];

export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  return TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/** A move that the table does not have is a bug here, and refused by the database too. */
export function assertCanMove({ number, status }: { number: string; status: OrderStatus }, to: OrderStatus): void {
  if (!canMove(status, to)) throw new Error(`order ${number} cannot move from ${status} to ${to}`);
}

/** States in which a payment is money for this order that has not been credited yet. */
export const AWAITS_SETTLEMENT: ReadonlySet<OrderStatus> = new Set(
  TRANSITIONS.filter(({ by, to }) => to === 'PAID' && by !== 'operator').map(({ from }) => from as OrderStatus),
);
