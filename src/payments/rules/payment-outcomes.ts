/**
 * The outcomes of an entry in the inbox.
 *
 * A notice: "settled" credited the order at once; "hint" left the decision to a check; "noted" moves nothing.
 * A check: "settled", "review" and "returned" moved the order; "received" is a payment that moved nothing.
 * "to_give_back" is the money that an operator decided to give back.
 * "repeated" and "second_payment" are of versions that compared notices with each other.
 */
export const PAYMENT_OUTCOMES = [
  'settled',
  'review',
  'returned',
  'received',
  'hint',
  'noted',
  'repeated',
  'unknown_order',
  'other_invoice',
  'second_payment',
  'not_payable',
  'contradicts_payment',
  'surplus',
  'to_give_back',
  'refunded',
  'implausible_time',
  'review_overdue',
] as const;
export type PaymentOutcome = (typeof PAYMENT_OUTCOMES)[number];

/** The outcomes of a notice. */
export const NOTICE_OUTCOMES = [
  'settled',
  'hint',
  'noted',
  'unknown_order',
  'other_invoice',
  'not_payable',
  'contradicts_payment',
] as const satisfies readonly PaymentOutcome[];
export type NoticeOutcome = (typeof NOTICE_OUTCOMES)[number];

const ROUTINE = [
  'settled',
  'repeated',
  'noted',
  'review',
  'returned',
  'received',
  'hint',
] as const satisfies readonly PaymentOutcome[];
export type RoutineOutcome = (typeof ROUTINE)[number];
/** The order takes its normal course; there is no payment exception to close. */
export const ROUTINE_OUTCOMES: ReadonlySet<PaymentOutcome> = new Set<PaymentOutcome>(ROUTINE);
/** The entry moves nothing, and an operator must resolve it. */
export const PAYMENT_EXCEPTIONS: ReadonlySet<PaymentOutcome> = new Set(
  PAYMENT_OUTCOMES.filter((outcome) => !ROUTINE_OUTCOMES.has(outcome)),
);
