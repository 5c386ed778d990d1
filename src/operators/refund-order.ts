import type { EntityManager } from 'typeorm';
import type { Moderator } from '../clients/moderator.ts';
import { mailJob } from '../fulfilment/index.ts';
import type { Rupiah } from '../kernel/money.ts';
import {
  AWAITS_BOOKING,
  CREDITED,
  linesOfOrder,
  moveOrder,
  orderNumbered,
  type TopupOrder,
  UNDER_REVIEW,
} from '../orders/index.ts';
import { enterGiveBack, paymentsIn, withForeign } from '../payments/index.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import { closeAnswered } from './close-payment-exception.ts';
import { type Decided, type DecisionParts, decideOnMoney, type MoneyDecision } from './decide-on-money.ts';
import { type Booking, endBooking, readBooking } from './end-booking.ts';
import { noSuchOrder } from './locked-order.ts';
import { OperatorRefusal } from './operator-refusal.ts';
import type { OutstandingExcess } from './outstanding-excess.ts';
import { type MoneyToReturn, returnOfCredit, returnOfReview } from './rules/money-to-return.ts';
import { refuseChanged, takeBackLines } from './take-back.ts';

export interface RefundRequest extends MoneyDecision {
  /** The units to take back, by quota code; empty for an order under review, which has no credits. */
  takeBack: ReadonlyMap<string, bigint>;
}

export interface Refund extends MoneyToReturn {
  order: TopupOrder;
  /** Paid for the units that were taken back, with their taxes; 0 for an order under review. */
  amount: Rupiah;
  /** The exceptions of the order that the refund closes. */
  closed: readonly string[];
}

/** A surplus was never the order's: it stays open until it is given back too. */
const ANSWERED: ReadonlySet<string> = new Set(['refunded', 'review_overdue', 'contradicts_payment']);

interface RefundParts extends DecisionParts {
  outstandingExcess: OutstandingExcess;
  /** Called for a PAID order. */
  moderator: () => Moderator;
}

/**
 * Refunds an order: PAYMENT_REVIEW → REFUNDED, or PAID or COMPLETED → REFUNDED with compensating entries in the ledger. Only
 * marks it: an operator returns the money at Mekari Pay, by hand. Used quota is not refunded, so settled excess never
 * is. Where the provider gave the money back already, nothing need be taken back. A PAID order leaves with its PI number if accounting
 * has booked it, and else without its booking. A repeat finds the order REFUNDED and is refused.
 */
export async function refundOrder(
  parts: RefundParts,
  orderNumber: string,
  request: RefundRequest,
): Promise<Refund & Decided> {
  const { outstanding, booking } = await askNeighbours(parts, orderNumber);
  return decideOnMoney(parts, orderNumber, request, {
    assertDecidable: (order) => assertRefundable(order, request),
    async decide(tx, order, money) {
      const { actor, reason, takeBack } = request;
      const cause = { at: parts.clock.now(), cause: 'operator: refunded', actor, reason };
      const isReviewed = UNDER_REVIEW.has(order.status);
      const lines = isReviewed ? [] : await topupLines(tx, order);
      const mayBeNothing = isReviewed || money.isReturned;
      const amount = await takeBackLines(tx, order, lines, { takeBack, mayBeNothing, outstanding, at: cause.at });
      if (AWAITS_BOOKING.has(order.status)) await endBooking(tx, order, booking ?? refuseChanged(order), cause.at);
      await moveOrder(tx, order, 'REFUNDED', cause);
      const closed = await closeAnswered(tx, order, ANSWERED, { actor, reason, at: cause.at });
      const outcome = isReviewed ? returnOfReview(money) : returnOfCredit(money, amount);
      const rupiah = String(outcome.toGiveBack);
      const sums = isReviewed
        ? new Map([...withForeign(0n, money.steps), ['IDR', rupiah]])
        : new Map([['IDR', rupiah]]);
      await enterGiveBack(tx, order, { outcome: 'to_give_back', sums, at: cause.at });
      await enqueueJob(tx, mailJob('order_refunded', order, { changes: paymentsIn(money.steps) }));
      return { order, amount, closed, ...outcome };
    },
  });
}

/** Reads the outstanding excess, and the booking of a PAID order, before the transaction: no neighbour is called inside one. */
async function askNeighbours(
  parts: RefundParts,
  orderNumber: string,
): Promise<{ outstanding: ReadonlyMap<string, bigint>; booking?: Booking }> {
  const { database, outstandingExcess } = parts;
  const order = await orderNumbered(database, orderNumber);
  if (order === null) throw noSuchOrder(orderNumber);
  const outstanding = new Map<string, bigint>();
  if (!CREDITED.has(order.status)) return { outstanding };
  for (const { quotaCode } of await topupLines(database.manager, order)) {
    outstanding.set(quotaCode, await outstandingExcess(order.organizationId, quotaCode));
  }
  return AWAITS_BOOKING.has(order.status) ? { outstanding, booking: await readBooking(parts, order) } : { outstanding };
}

function assertRefundable({ number, status }: TopupOrder, { takeBack }: RefundRequest): void {
  const isReviewed = UNDER_REVIEW.has(status);
  if (!isReviewed && !CREDITED.has(status))
    throw new OperatorRefusal(
      `${number} is ${status}: only an order in PAYMENT_REVIEW, PAID or COMPLETED can be refunded.`,
    );
  if (isReviewed && takeBack.size > 0)
    throw new OperatorRefusal(`${number} is under review and was never credited: leave out --take-back.`);
}

const topupLines = async (tx: EntityManager, order: TopupOrder) =>
  (await linesOfOrder(tx, order.id)).filter(({ kind }) => kind === 'TOPUP');
