import { paidJobs } from '../fulfilment/index.ts';
import { isExcessPaidTwice, linesOfOrder, type TopupOrder, UNDER_REVIEW } from '../orders/index.ts';
import { creditOrder, enterGiveBack, paymentsIn, reviewedPayment } from '../payments/index.ts';
import { closeAnswered } from './close-payment-exception.ts';
import { type Decided, type DecisionParts, decideOnMoney, type MoneyDecision } from './decide-on-money.ts';
import { OperatorRefusal } from './operator-refusal.ts';
import { type MoneyToReturn, returnOfApproval } from './rules/money-to-return.ts';

export interface ApprovedPayment extends MoneyToReturn {
  order: TopupOrder;
  /**
   * True if another order has settled the same excess meanwhile, or is about to: give its amount back, or agree on it
   * with the buyer.
   */
  excessPaidTwice: boolean;
  /** The exceptions of the order that the approval closes. */
  closed: readonly string[];
}

const ANSWERED: ReadonlySet<string> = new Set(['review_overdue']);

/**
 * Accepts a payment under review as it is: PAYMENT_REVIEW → PAID. The order is credited and booked as if the payment
 * had matched; what is missing is written off. A repeat finds the order PAID and is refused.
 */
export function approvePayment(
  parts: DecisionParts,
  orderNumber: string,
  decision: MoneyDecision,
): Promise<ApprovedPayment & Decided> {
  return decideOnMoney(parts, orderNumber, decision, {
    assertDecidable: assertUnderReview,
    async decide(tx, order, money) {
      const { actor, reason } = decision;
      const payment = await reviewedPayment(tx, order.id);
      const excessPaidTwice = await isExcessPaidTwice(tx, order);
      const approved = `operator: payment approved${excessPaidTwice ? ', its excess is paid twice' : ''}`;
      const cause = { at: parts.clock.now(), cause: approved, actor, reason };
      const jobs = paidJobs(order, paymentsIn(money.steps));
      await creditOrder(tx, order, await linesOfOrder(tx, order.id), payment, cause, jobs);
      const closed = await closeAnswered(tx, order, ANSWERED, { actor, reason, at: cause.at });
      const outcome = returnOfApproval(money);
      const sums = new Map([['IDR', String(outcome.toGiveBack)]]);
      await enterGiveBack(tx, order, { outcome: 'surplus', sums, at: cause.at });
      return { order, excessPaidTwice, closed, ...outcome };
    },
  });
}

function assertUnderReview({ number, status }: TopupOrder): void {
  if (UNDER_REVIEW.has(status)) return;
  throw new OperatorRefusal(`${number} is ${status}: only an order in PAYMENT_REVIEW can be approved.`);
}
