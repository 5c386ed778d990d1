import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import { lockOrder, noteStep } from '../orders/index.ts';
import { enterClosing, findEvent, PAYMENT_EXCEPTIONS, type PaymentEvent } from '../payments/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

/** Records who did what about a payment exception, and adds it to the timeline of its order, where it is one of ours. */
export function closePaymentException(
  database: DataSource,
  clock: Clock,
  paymentEventId: string,
  { actor, reason }: Signed,
): Promise<PaymentEvent> {
  return inTransaction(database, async (tx) => {
    const event = isId(paymentEventId) ? await findEvent(tx, paymentEventId) : null;
    if (event === null) throw new OperatorRefusal(`There is no payment event ${paymentEventId}.`);
    if (event.outcome === 'review') {
      throw new OperatorRefusal(`${event.orderNumber} is under review: approve or refund the order instead.`);
    }
    if (!PAYMENT_EXCEPTIONS.has(event.outcome)) {
      throw new OperatorRefusal(`${paymentEventId} is no exception: it was ${event.outcome}.`);
    }
    const at = clock.now();
    const before = await enterClosing(tx, { paymentEventId, actor, reason, closedAt: at });
    if (before !== undefined) {
      const when = before.closedAt.toISOString();
      throw new OperatorRefusal(`${paymentEventId} was closed by ${before.actor} at ${when}: ${before.reason}`);
    }
    const order = event.orderId === null ? undefined : await lockOrder(tx, { id: event.orderId });
    if (order !== undefined) {
      await noteStep(tx, order, { at, cause: `operator: payment exception ${event.outcome} closed`, actor, reason });
    }
    return event;
  });
}
