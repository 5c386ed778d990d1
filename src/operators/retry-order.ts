import type { DataSource, EntityManager } from 'typeorm';
import { mailOfOrder, OrderMailDelivery } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  appendEvent,
  bookPaidPiJob,
  enqueueForOrder,
  enqueueMail,
  issueInvoiceJob,
  type MailKind,
  mailJobKey,
  TopupOrder,
  voidInvoiceJob,
} from '../orders/index.ts';
import { retryJobs } from '../platform/jobs/store/stuck-jobs.ts';
import { jobsOfOrder, type OrderJob } from './jobs-of-order.ts';
import { withLockedOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface RetriedOrder {
  order: TopupOrder;
  /** What runs now: names of jobs. */
  jobs: readonly string[];
}

/**
 * Has everything that the order still wants tried now: its waiting jobs with all their attempts, the job that its state
 * calls for even where that is lost, and the next poll. Every job bears a repeat, so this is safe at any time.
 */
export function retryOrder(database: DataSource, clock: Clock, orderNumber: string, by: Signed): Promise<RetriedOrder> {
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    const jobs = await jobsOfOrder(tx, order.id);
    const waiting = jobs.filter(({ running }) => !running);
    await retryJobs(
      tx,
      waiting.map(({ id }) => id),
    );
    const wanted = await enqueueWanted(tx, order, jobs);
    if (order.status === 'PENDING_PAYMENT') {
      await tx.update(TopupOrder, { id: order.id }, { paymentCheckedAt: null });
    }
    await note(tx, clock, order, 'operator: retried', by);
    return { order, jobs: [...new Set([...waiting.map(({ task }) => task), ...wanted])] };
  });
}

/** Sends the mail that tells how the order stands, once more to every billing contact. */
export function sendMailAgain(
  database: DataSource,
  clock: Clock,
  orderNumber: string,
  by: Signed,
): Promise<{ order: TopupOrder; kind: MailKind }> {
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    const kind = mailOfOrder(order);
    if (kind === undefined)
      throw new OperatorRefusal(`${order.number} is ${order.status}: there is no mail about that.`);
    const sent = (await tx.maximum(OrderMailDelivery, 'sending', { orderId: order.id, kind })) ?? 0;
    const jobs = await jobsOfOrder(tx, order.id);
    const isQueued = (sending: number) => jobs.some(({ key }) => key === mailJobKey(kind, order, sending));
    let sending = sent + 1;
    // One under its key would be taken for it, and one that runs would be given up.
    while (isQueued(sending)) sending += 1;
    await enqueueMail(tx, kind, order, sending);
    await note(tx, clock, order, `operator: mail ${kind} sent again`, by);
    return { order, kind };
  });
}

/** The job without which the order would stand still, where it is lost. */
async function enqueueWanted(tx: EntityManager, order: TopupOrder, jobs: readonly OrderJob[]): Promise<string[]> {
  const wanted = wantedJob(order);
  if (wanted === undefined || jobs.some(({ task }) => task === wanted.name)) return [];
  await enqueueForOrder(tx, wanted, order);
  return [wanted.name];
}

function wantedJob({ status, paymentInvoiceId, confirmedAt }: TopupOrder) {
  if (status === 'PENDING_PAYMENT' && paymentInvoiceId === null) return issueInvoiceJob;
  if (status === 'PAID') return bookPaidPiJob;
  if ((status === 'CANCELLED' || status === 'EXPIRED') && confirmedAt !== null) return voidInvoiceJob;
  return undefined;
}

/** No move, and in the timeline all the same. */
function note(tx: EntityManager, clock: Clock, order: TopupOrder, cause: string, { actor, reason }: Signed) {
  return appendEvent(tx, order, order.status, order.status, { at: clock.now(), cause, actor, reason });
}
