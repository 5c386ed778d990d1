import type { DataSource, EntityManager } from 'typeorm';
import { bookPaidPiJob } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { isId } from '../kernel/ids.ts';
import { AWAITS_BOOKING, lockOrder, orderNumberOf, recordStep, type TopupOrder } from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { dropJob, type FoundJob, findJob } from '../platform/jobs/store/stuck-jobs.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface DroppedJob {
  task: string;
  /** undefined for a job that is not about an order of ours. */
  order: TopupOrder | undefined;
}

/**
 * Takes a job that can never succeed out of the queue, such as a mail to an organization that no longer exists. Refuses a job in flight,
 * a recurring one, and the booking of a paid order: accounting would lack it for good. The order's timeline keeps the operator
 * and the reason. Nothing of the order changes; `orders -- retry` enqueues what its status requires.
 */
export function dropStuckJob(database: DataSource, clock: Clock, id: string, by: Signed): Promise<DroppedJob> {
  return inTransaction(database, async (tx) => {
    const job = await requireJob(tx, id);
    if (job.isRecurring)
      throw new OperatorRefusal(`${id} is ${job.task}, which runs periodically: it cannot be dropped.`);
    const orderId = orderIdOfKey(job);
    const order = orderId === undefined ? undefined : await lockOrder(tx, { id: orderId });
    if (order !== undefined && job.task === bookPaidPiJob.name && AWAITS_BOOKING.has(order.status))
      throw new OperatorRefusal(
        `${id} books ${order.number}, which is paid: correct it with \`npm run orders -- rebook ${order.number}\` instead.`,
      );
    if ((await dropJob(tx, id)) === undefined)
      throw new OperatorRefusal(`${id} (${job.task}) is running: wait until the attempt has ended, then try again.`);
    if (order !== undefined)
      await recordStep(tx, order, { at: clock.now(), cause: `operator: job ${job.task} dropped`, ...by });
    return { task: job.task, order };
  });
}

/** Returns the subject under which the trail finds the job again: its order's number if it has one, else the job itself. */
export async function subjectOfJob(database: DataSource, id: string): Promise<string> {
  const job = await requireJob(database.manager, id);
  const orderId = orderIdOfKey(job);
  const number = orderId === undefined ? undefined : await orderNumberOf(database, orderId);
  return number ?? `${id} ${job.key ?? job.task}`;
}

async function requireJob(database: Pick<EntityManager, 'query'>, id: string): Promise<FoundJob> {
  const job = await findJob(database, id);
  if (job !== undefined) return job;
  throw new OperatorRefusal(`There is no job ${id}: \`npm run jobs -- list\` lists the stuck ones.`);
}

/** The keys of an order's jobs end in its id (orders/order-jobs.ts). */
function orderIdOfKey({ key }: FoundJob): string | undefined {
  const suffix = key?.slice(-36) ?? '';
  return isId(suffix) ? suffix : undefined;
}
