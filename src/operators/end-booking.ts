import type { DataSource, EntityManager } from 'typeorm';
import type { BookedPi, Moderator } from '../clients/moderator.ts';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { bookPaidPiJob, completeOrder } from '../fulfilment/index.ts';
import type { TopupOrder } from '../orders/index.ts';
import { dropJob } from '../platform/jobs/store/stuck-jobs.ts';
import { jobsOfOrder, type OrderJob } from './jobs-of-order.ts';
import { OperatorRefusal } from './operator-refusal.ts';

/** The booking of a PAID order, as accounting and the queue have it. */
export interface Booking {
  /** undefined if accounting has none. */
  pi: BookedPi | undefined;
  /** undefined if the queue has lost it. */
  job: OrderJob | undefined;
}

/**
 * Reads the booking's job first, and asks accounting after that: an attempt that begins in between is an attempt more than this read has
 * seen, and endBooking() refuses. Throws OperatorRefusal while an attempt is in flight, or if accounting does not answer.
 */
export async function readBooking(
  { database, moderator }: { database: DataSource; moderator: () => Moderator },
  order: TopupOrder,
): Promise<Booking> {
  const job = await bookingJobOf(database.manager, order);
  if (job?.running) throw bookingInFlight(order);
  try {
    return { job, pi: await moderator().paidPiOfOrder(order.number) };
  } catch (error) {
    if (!isUpstreamError(error)) throw error;
    throw new OperatorRefusal(
      `Nothing was decided about ${order.number}, because accounting must first say whether it has booked it: ${error.message}. Try again later.`,
    );
  }
}

/**
 * Ends the booking of a locked PAID order, in the caller's transaction. If accounting has a PI, the order becomes COMPLETED under it.
 * Otherwise the booking leaves the queue, so that no worker begins it. Throws OperatorRefusal if an attempt is in flight, or was made
 * since the read: its answer may be lost, and accounting may have booked the order. A retry starts counting anew, but moves its time.
 */
export async function endBooking(tx: EntityManager, order: TopupOrder, { pi, job }: Booking, at: Date): Promise<void> {
  if (pi !== undefined) return completeOrder(tx, order, pi.number, { at, cause: 'paid PI booked', actor: null });
  if (job === undefined) {
    if ((await bookingJobOf(tx, order)) !== undefined) throw bookingInFlight(order);
    return;
  }
  const dropped = await dropJob(tx, job.id);
  const isUntried = dropped?.attempts === job.attempts && dropped.runAt.getTime() === job.runAt.getTime();
  if (!isUntried) throw bookingInFlight(order);
}

const bookingJobOf = async (database: Pick<EntityManager, 'query'>, { id }: TopupOrder) =>
  (await jobsOfOrder(database, id)).find(({ task }) => task === bookPaidPiJob.name);

const bookingInFlight = ({ number }: TopupOrder) =>
  new OperatorRefusal(`${number} is PAID, and accounting is booking it at this moment: try again in a minute.`);
