import type { DataSource } from 'typeorm';
import { mailJob } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { lockOrder, moveOrder, type TopupOrder } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';

/**
 * Ends a pending order for which nothing was received and whose invoice nobody can pay any more. One transaction under the
 * row lock, which ends nothing if a payment, a cancel or another invoice came first. The order's excess is free afterwards. A
 * payment that arrives all the same is settled like any late one.
 */
export function endOrder(
  database: DataSource,
  clock: Clock,
  snapshot: TopupOrder,
  { to, cause }: { to: 'EXPIRED' | 'CANCELLED'; cause: string },
): Promise<boolean> {
  return inTransaction(database, async (tx) => {
    const order = await lockOrder(tx, { id: snapshot.id });
    if (order?.status !== 'PENDING_PAYMENT' || order.paymentInvoiceId !== snapshot.paymentInvoiceId) return false;
    await moveOrder(tx, order, to, { at: clock.now(), cause, actor: null });
    await enqueueJob(tx, mailJob(to === 'EXPIRED' ? 'order_expired' : 'order_cancelled', order));
    return true;
  });
}
