import type { DataSource } from 'typeorm';
import { paidJobs } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { isExcessPaidTwice, linesOfOrder, type TopupOrder } from '../orders/index.ts';
import { creditOrder, reviewedPayment } from '../payments/index.ts';
import { withLockedOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface ApprovedPayment {
  order: TopupOrder;
  /**
   * True if another order has settled the same excess meanwhile, or is about to: give its amount back, or agree on it
   * with the buyer.
   */
  excessPaidTwice: boolean;
}

/**
 * Accepts a payment under review as it is: PAYMENT_REVIEW → PAID. The order is credited and booked as if the payment
 * had matched. A repeat finds the order PAID and is refused.
 */
export function approvePayment(
  database: DataSource,
  clock: Clock,
  orderNumber: string,
  { actor, reason }: Signed,
): Promise<ApprovedPayment> {
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    if (order.status !== 'PAYMENT_REVIEW') {
      throw new OperatorRefusal(`${order.number} is ${order.status}: only an order in PAYMENT_REVIEW can be approved.`);
    }
    const payment = await reviewedPayment(tx, order.id);
    const excessPaidTwice = await isExcessPaidTwice(tx, order);
    const approved = `operator: payment approved${excessPaidTwice ? ', its excess is paid twice' : ''}`;
    const cause = { at: clock.now(), cause: approved, actor, reason };
    const lines = await linesOfOrder(tx, order.id);
    await creditOrder(tx, order, lines, payment, cause, paidJobs(order));
    return { order, excessPaidTwice };
  });
}
