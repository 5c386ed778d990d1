import type { Rupiah } from '../../kernel/money.ts';
import {
  AWAITS_SETTLEMENT,
  CREDITED,
  type OrderStatus,
  REFUNDED,
  type ReviewReason,
  UNDER_REVIEW,
} from '../../orders/index.ts';
import { PAID_NOTICE, PAYMENT_NOTICES, type PaymentNotice, REFUND_NOTICES, UNPAID_NOTICES } from '../provider.ts';
import type { NoticeOutcome, PaymentOutcome } from './payment-outcomes.ts';

/** The order as a decision sees it. */
export interface OrderFacts {
  status: OrderStatus;
  confirmed: boolean;
  /** The amount whose receipt settles the order. */
  payable: Rupiah;
  /** The provider that has the invoice. */
  provider: string;
  /** The provider's id; null if the creation of the invoice was never answered: the notice then names the invoice. */
  invoiceId: string | null;
}

/** The facts beside the order when a notice comes. */
export interface NoticeContext {
  /** The invoice of the notice belongs to another order. */
  invoiceOfAnother: boolean;
  /** The sum that was received for the order, less what was given back. */
  received: Rupiah;
  /** Money was noted before that this notice must be added to: a refund, another currency, or any payment. */
  isTainted: boolean;
}

/** Two providers may give their invoices the same id. */
export type ProviderNotice = PaymentNotice & { provider: string };

/**
 * Decides the outcome of a verified notice (domain.md 8.1). Only a notice that says exactly what the order asks for
 * settles at once; all else about a confirmed order is a hint, after which a check asks the provider.
 */
export function decideNotice(
  order: OrderFacts | undefined,
  notice: ProviderNotice,
  { invoiceOfAnother, received, isTainted }: NoticeContext,
): NoticeOutcome {
  const isKnownType = [PAYMENT_NOTICES, REFUND_NOTICES, UNPAID_NOTICES].some((types) => types.has(notice.type));
  if (order === undefined) return isKnownType ? 'unknown_order' : 'noted';
  const ofOtherProvider = order.invoiceId !== null && order.provider !== notice.provider;
  if (invoiceOfAnother || ofOtherProvider) return isKnownType ? 'other_invoice' : 'noted';
  if (!order.confirmed) return PAYMENT_NOTICES.has(notice.type) ? 'not_payable' : 'noted';
  const isPaid = CREDITED.has(order.status) && received >= order.payable;
  if (isPaid && UNPAID_NOTICES.has(notice.type)) return 'contradicts_payment';
  const isOwnInvoice = order.invoiceId === null || order.invoiceId === notice.invoiceId;
  const settles = AWAITS_SETTLEMENT.has(order.status) && isOwnInvoice && !isTainted;
  return settles && isExact(notice, order.payable) ? 'settled' : 'hint';
}

function isExact({ type, paid, refunded }: PaymentNotice, payable: Rupiah): boolean {
  return type === PAID_NOTICE && paid?.rupiah === payable && (refunded ?? 0n) === 0n;
}

/** Money of an order over all its invoices: what the provider answered, on top of what it answered before. */
export interface ReceivedSums {
  /** Never falls. */
  paid: Rupiah;
  refunded: Rupiah;
  /** The rest of `paid` in invoices with status "refunded", which never credit. */
  leftInRefunded: Rupiah;
  /** The provider or a notice named another currency. */
  hasForeign: boolean;
}

export interface ReceivedContext {
  /** The sums before this answer. */
  before: Pick<ReceivedSums, 'paid' | 'refunded'>;
  /** The answer shows a payment in another currency that was not known before. */
  foreignRose: boolean;
  /** The largest sum that a notice of a refund or a chargeback named; 0 if it named none, null if no such notice came. */
  claimedRefund: Rupiah | null;
  /** The sum that the order's exceptions name as given back; null if there is no such exception. */
  refundReported: Rupiah | null;
}

/** `amount` is null if it is not known, or not in rupiah. */
export interface MoneyException {
  outcome: Extract<PaymentOutcome, 'surplus' | 'refunded'>;
  amount: Rupiah | null;
}

export interface ReceivedDecision {
  /** The statuses through which the order goes; empty if it stays. */
  walk: readonly OrderStatus[];
  /** The reason if the order ends under review; undefined if it does not, or if its reason stays. */
  reviewReason: ReviewReason | undefined;
  /** Money for an operator to see to, beyond what earlier exceptions name. */
  exceptions: readonly MoneyException[];
}

/** Decides about an order after the provider was asked (domain.md 8.1). */
export function decideReceived(order: OrderFacts, sums: ReceivedSums, context: ReceivedContext): ReceivedDecision {
  const walk = walkOf(order, sums);
  const status = walk.at(-1) ?? order.status;
  const reviewReason = UNDER_REVIEW.has(status) ? reasonForReview(sums) : undefined;
  return { walk, reviewReason, exceptions: exceptionsOf(order, status, sums, context) };
}

function walkOf({ status, confirmed, payable }: OrderFacts, sums: ReceivedSums): OrderStatus[] {
  const isReviewed = UNDER_REVIEW.has(status);
  if (!confirmed || !(isReviewed || AWAITS_SETTLEMENT.has(status))) return [];
  const toReview: OrderStatus[] = isReviewed ? [] : ['PAYMENT_REVIEW'];
  if (sums.hasForeign) return toReview;
  if (sums.paid === 0n) return [];
  const received = sums.paid - sums.refunded;
  if (received - sums.leftInRefunded >= payable) return ['PAID'];
  return received <= 0n ? [...toReview, 'REFUNDED'] : toReview;
}

function reasonForReview({ hasForeign, paid }: ReceivedSums): ReviewReason | undefined {
  if (hasForeign) return 'WRONG_CURRENCY';
  return paid > 0n ? 'UNDERPAID' : undefined;
}

function exceptionsOf(
  order: OrderFacts,
  status: OrderStatus,
  sums: ReceivedSums,
  context: ReceivedContext,
): MoneyException[] {
  const foreign: MoneyException[] = context.foreignRose ? [{ outcome: 'surplus', amount: null }] : [];
  if (REFUNDED.has(order.status)) return [...surplus(sums.paid - context.before.paid), ...foreign];
  if (!CREDITED.has(status)) return [];
  // An exception, or the operator who approved, names what was too much before. If it went back, new money is too much again.
  const reported = CREDITED.has(order.status) ? beyond(context.before, order.payable) : 0n;
  return [...surplus(beyond(sums, order.payable) - reported), ...foreign, ...refund(sums, context)];
}

function beyond({ paid, refunded }: Pick<ReceivedSums, 'paid' | 'refunded'>, payable: Rupiah): Rupiah {
  const received = paid - refunded;
  return received > payable ? received - payable : 0n;
}

const surplus = (amount: Rupiah): MoneyException[] => (amount > 0n ? [{ outcome: 'surplus', amount }] : []);

function refund({ refunded }: ReceivedSums, { claimedRefund, refundReported }: ReceivedContext): MoneyException[] {
  const claimed = claimedRefund ?? 0n;
  const amount = (refunded > claimed ? refunded : claimed) - (refundReported ?? 0n);
  if (amount > 0n) return [{ outcome: 'refunded', amount }];
  // A chargeback may come without a sum, and the provider may not show it when it is asked.
  return claimedRefund !== null && refundReported === null ? [{ outcome: 'refunded', amount: null }] : [];
}
