import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import { lockOrder, recordStep, type TopupOrder } from '../orders/index.ts';
import { enterClosing, findEvent, openPayments, PAYMENT_EXCEPTIONS, type PaymentEvent } from '../payments/index.ts';
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

/**
 * Closes the open exceptions of a locked order that a decision about its money answers. Returns their outcomes. The decision's own
 * step in the timeline stands for them.
 */
export async function closeAnswered(
  tx: EntityManager,
  { number }: TopupOrder,
  outcomes: ReadonlySet<string>,
  { actor, reason, at }: Signed & { at: Date },
): Promise<readonly string[]> {
  const open = (await openPayments(tx)).filter(
    ({ orderNumber, outcome }) => orderNumber === number && outcomes.has(outcome),
  );
  for (const { id } of open) await enterClosing(tx, { paymentEventId: id, actor, reason, closedAt: at });
  return open.map(({ outcome }) => outcome);
}
