import type { DataSource } from 'typeorm';
import type { Clock } from '../kernel/clock.ts';
import { lockOrder, recordStep } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { SYSTEM_ACTOR } from './rules/give-back.ts';
import type { PaymentEvent } from './store/payment-event.entity.ts';
import { enterClosing, overtakenExceptions } from './store/payment-exceptions.ts';

/**
 * Closes exceptions that were overtaken: their payment could not be credited then, and has credited its order since (the order
 * came back after a restore, or was confirmed again). An operator who followed such an exception would give back money that
 * was used. One transaction for each: a crash leaves the rest to the next run.
 */
export async function closeOvertakenExceptions(database: DataSource, clock: Clock): Promise<void> {
  for (const event of await overtakenExceptions(database)) await close(database, clock, event);
}

function close(database: DataSource, clock: Clock, { id, outcome, orderNumber }: PaymentEvent): Promise<void> {
  return inTransaction(database, async (tx) => {
    const order = await lockOrder(tx, { number: orderNumber });
    if (order === undefined) return;
    const closedAt = clock.now();
    const reason = `The same payment has credited ${orderNumber}: there is nothing to give back.`;
    // An operator may have closed it meanwhile.
    if ((await enterClosing(tx, { paymentEventId: id, actor: SYSTEM_ACTOR, reason, closedAt })) !== undefined) return;
    await recordStep(tx, order, { at: closedAt, cause: `payment exception ${outcome} closed: credited`, actor: null });
  });
}
