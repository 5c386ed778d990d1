import type { DataSource } from 'typeorm';
import {
  type CodeChange,
  type CorrectedLine,
  completeOrder,
  correctionsOfOrder,
  correctLines,
  enterCorrections,
  withCorrections,
} from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { AWAITS_BOOKING, linesOfOrder, orderWithPi, recordStep, type TopupOrder } from '../orders/index.ts';
import { withLockedOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';
import { runJobsNow } from './retry-order.ts';

/**
 * Books a PAID order again under other package codes, because Moderator refuses those that were frozen with it. The lines
 * stay as the buyer saw them: each correction is a row of its own, with the operator and the reason. Moderator books one PI
 * per order number, so nothing is booked twice, even if the refused attempt was booked after all.
 */
export function rebookOrder(
  database: DataSource,
  clock: Clock,
  orderNumber: string,
  { changes, actor, reason }: Signed & { changes: readonly CodeChange[] },
): Promise<{ order: TopupOrder; corrected: readonly CorrectedLine[] }> {
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    assertAwaitsBooking(order);
    const lines = withCorrections(await linesOfOrder(tx, order.id), await correctionsOfOrder(tx, order.id));
    const outcome = correctLines(lines, changes);
    if ('faults' in outcome)
      throw new OperatorRefusal(`${order.number} was not booked again: ${outcome.faults.join('; ')}.`);
    const { corrected } = outcome;
    const at = clock.now();
    const rows = corrected.map(({ id, to }) => ({
      orderId: order.id,
      orderLineId: id,
      packageCode: to,
      actor,
      reason,
      at,
    }));
    await enterCorrections(tx, rows);
    const codes = corrected.map(({ line, from, to }) => `line ${line}: ${from ?? 'no code'} → ${to}`).join(', ');
    await recordStep(tx, order, { at, cause: `operator: booked under another package code, ${codes}`, actor, reason });
    await runJobsNow(tx, order);
    return { order, corrected };
  });
}

/**
 * Completes a PAID order under the PI that accounting booked by hand, because Moderator refuses it whatever its codes are.
 * Refuses a PI that another order has. A booking in flight finds the order COMPLETED and stops.
 */
export function completeByHand(
  database: DataSource,
  clock: Clock,
  orderNumber: string,
  { piNumber, actor, reason }: Signed & { piNumber: string },
): Promise<TopupOrder> {
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    assertAwaitsBooking(order);
    const other = await orderWithPi(tx, piNumber);
    if (other !== undefined)
      throw new OperatorRefusal(`${piNumber} is the paid PI of ${other}: ask accounting which one it is.`);
    const cause = { at: clock.now(), cause: 'operator: paid PI booked by hand', actor, reason };
    await completeOrder(tx, order, piNumber, cause);
    return order;
  });
}

function assertAwaitsBooking({ number, status, paidInvoiceNumber }: TopupOrder): void {
  if (AWAITS_BOOKING.has(status)) return;
  const booked = paidInvoiceNumber === null ? '' : `, booked as ${paidInvoiceNumber}`;
  throw new OperatorRefusal(`${number} is ${status}${booked}: only an order in PAID can be booked again.`);
}
