import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import { lockOrder, recordStep } from '../orders/index.ts';
import { enterClosing, findEvent, PAYMENT_EXCEPTIONS, type PaymentEvent } from '../payments/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

/** Records an operator's resolution of a payment exception, and adds it to the timeline of the order if it is ours. */
export function closePaymentException(
  database: DataSource,
  clock: Clock,
  paymentEventId: string,
  { actor, reason }: Signed,
): Promise<PaymentEvent> {
  return inTransaction(database, async (tx) => {
    const event = isId(paymentEventId) ? await findEvent(tx, paymentEventId) : null;
    if (event === null)
      throw new OperatorRefusal(
        `There is no payment event ${paymentEventId}: \`npm run orders -- exceptions\` lists the open ones.`,
      );
    if (event.outcome === 'review') {
      throw new OperatorRefusal(`${event.orderNumber} is under review: approve or refund the order instead.`);
    }
    if (!PAYMENT_EXCEPTIONS.has(event.outcome)) {
      throw new OperatorRefusal(
        `${paymentEventId} is not an exception: its outcome is ${event.outcome}, and there is nothing to close.`,
      );
    }
    const at = clock.now();
    const earlier = await enterClosing(tx, { paymentEventId, actor, reason, closedAt: at });
    if (earlier !== undefined) {
      const when = earlier.closedAt.toISOString();
      throw new OperatorRefusal(`${paymentEventId} was closed by ${earlier.actor} at ${when}: ${earlier.reason}`);
    }
    const order = event.orderId === null ? undefined : await lockOrder(tx, { id: event.orderId });
    if (order !== undefined) {
      await recordStep(tx, order, { at, cause: `operator: payment exception ${event.outcome} closed`, actor, reason });
    }
    return event;
  });
}
