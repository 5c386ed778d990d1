import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import type { TopupOrder } from '../orders/index.ts';
import { creditOrder, isExcessPaidTwice, PaymentEvent } from '../payments/index.ts';
import { withLockedOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface ApprovedPayment {
  order: TopupOrder;
  /** Another order settled the same excess meanwhile, or is about to: its amount is to be given back, or agreed on with the buyer. */
  excessPaidTwice: boolean;
}

/**
 * PAYMENT_REVIEW → PAID: the payment is taken as it is, and the order credited and booked as if it had fitted. A repeat finds
 * the order PAID and is refused.
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
    const payment = await tx.findOneByOrFail(PaymentEvent, { orderId: order.id, outcome: 'review' });
    const excessPaidTwice = await isExcessPaidTwice(tx, order);
    const approved = `operator: payment approved${excessPaidTwice ? ', its excess is paid twice' : ''}`;
    const cause = { at: clock.now(), cause: approved, actor, reason };
    const { invoiceId, paidAt, receivedAt } = payment;
    await creditOrder(tx, order, { invoiceId, paidAt: paidAt ?? receivedAt }, cause);
    return { order, excessPaidTwice };
  });
}
