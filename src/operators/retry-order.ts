import type { DataSource, EntityManager } from 'typeorm';
import { bookPaidPiJob, type MailKind, mailJob, mailKindOf, nextSending } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  AWAITS_BOOKING,
  AWAITS_PAYMENT,
  GIVEN_UP,
  jobOfOrder,
  recordStep,
  setPaymentChecked,
  type TopupOrder,
} from '../orders/index.ts';
import { issueInvoiceJob, voidInvoiceJob } from '../payments/index.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import { retryJobs } from '../platform/jobs/store/stuck-jobs.ts';
import { jobsOfOrder, type OrderJob } from './jobs-of-order.ts';
import { withLockedOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface RetriedOrder {
  order: TopupOrder;
  /** The names of the jobs that run now. */
  jobs: readonly string[];
}

/**
 * Retries at once everything that the order awaits: its waiting jobs with all their attempts, the job that its status
 * requires even if it is lost, and the next poll. Every job is idempotent, so this is safe at any time.
 */
export function retryOrder(database: DataSource, clock: Clock, orderNumber: string, by: Signed): Promise<RetriedOrder> {
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    const jobs = await runJobsNow(tx, order);
    if (AWAITS_PAYMENT.has(order.status)) await setPaymentChecked(tx, order.id, null);
    await recordStep(tx, order, { at: clock.now(), cause: 'operator: retried', ...by });
    return { order, jobs };
  });
}

/**
 * Runs the order's waiting jobs now, with all their attempts, and enqueues the one that its status requires if it is lost.
 * Leaves a job in flight alone. Returns their names.
 */
export async function runJobsNow(tx: EntityManager, order: TopupOrder): Promise<readonly string[]> {
  const jobs = await jobsOfOrder(tx, order.id);
  const waiting = jobs.filter(({ running }) => !running);
  await retryJobs(
    tx,
    waiting.map(({ id }) => id),
  );
  const lost = await enqueueLostJob(tx, order, jobs);
  return [...new Set([...waiting.map(({ task }) => task), ...lost])];
}

/** Sends the mail that fits the order's status once more to every billing contact. */
export function sendMailAgain(
  database: DataSource,
  clock: Clock,
  orderNumber: string,
  by: Signed,
): Promise<{ order: TopupOrder; kind: MailKind }> {
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    const kind = mailKindOf(order);
    if (kind === undefined)
      throw new OperatorRefusal(`${order.number} is ${order.status}: there is no mail for this status.`);
    await enqueueJob(tx, mailJob(kind, order, { sending: await nextSending(tx, order, kind) }));
    await recordStep(tx, order, { at: clock.now(), cause: `operator: mail ${kind} sent again`, ...by });
    return { order, kind };
  });
}

/** Enqueues the job that the order's status requires, if it is lost. */
async function enqueueLostJob(tx: EntityManager, order: TopupOrder, jobs: readonly OrderJob[]): Promise<string[]> {
  const required = requiredJob(order);
  if (required === undefined || jobs.some(({ task }) => task === required.name)) return [];
  await enqueueJob(tx, jobOfOrder(required, order));
  return [required.name];
}

function requiredJob({ status, paymentInvoiceId, confirmedAt }: TopupOrder) {
  if (AWAITS_PAYMENT.has(status) && paymentInvoiceId === null) return issueInvoiceJob;
  if (AWAITS_BOOKING.has(status)) return bookPaidPiJob;
  if (GIVEN_UP.has(status) && confirmedAt !== null) return voidInvoiceJob;
  return undefined;
}
