import type { DataSource, EntityManager } from 'typeorm';
import type { Moderator, PaidPi } from '../clients/moderator.ts';
import type { Clock } from '../kernel/clock.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import {
  AWAITS_BOOKING,
  type Cause,
  linesOfOrder,
  lockOrder,
  moveOrder,
  orderById,
  type TopupOrder,
  type TopupOrderLine,
} from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import { mailJob } from './jobs.ts';
import { withCorrections } from './rules/package-codes.ts';
import { correctionsOfOrder } from './store/booking-corrections.ts';

/**
 * Books the paid PI at accounting, then moves PAID → COMPLETED with its number and enqueues the e-mail. Moderator
 * answers a repeat with the same PI, so a crash after its answer costs one more call and books nothing twice.
 */
export class BookPaidPi {
  constructor(
    private readonly database: DataSource,
    private readonly moderator: Moderator,
    private readonly clock: Clock,
  ) {}

  async book(orderId: string): Promise<void> {
    const order = await orderById(this.database, orderId);
    if (!AWAITS_BOOKING.has(order.status)) return;
    const corrections = await correctionsOfOrder(this.database, orderId);
    const lines = withCorrections(await linesOfOrder(this.database, orderId), corrections);
    const paidPi = toPaidPi(order, lines, corrections.length);
    // fault point: paid PI, about to be sent
    const number = await this.moderator.bookPaidPi(paidPi);
    // fault point: paid PI, booked and not noted
    await inTransaction(this.database, async (tx) => {
      const locked = await lockOrder(tx, { id: orderId });
      if (locked === undefined || !AWAITS_BOOKING.has(locked.status)) return;
      await completeOrder(tx, locked, number, { at: this.clock.now(), cause: 'paid PI booked', actor: null });
      // fault point: paid PI, noted and not committed
    });
    // fault point: paid PI, committed and the job not ended
  }
}

/** Moves a locked order PAID → COMPLETED under its PI number, and enqueues the e-mail. */
export async function completeOrder(tx: EntityManager, order: TopupOrder, number: string, cause: Cause): Promise<void> {
  await moveOrder(tx, order, 'COMPLETED', cause, { completedAt: cause.at, paidInvoiceNumber: number });
  await enqueueJob(tx, mailJob('invoice_booked', order));
}

/**
 * Builds accounting's view of the order from its frozen facts and an operator's corrections. `active_from` is the day of
 * payment.
 */
export function toPaidPi(order: TopupOrder, lines: readonly TopupOrderLine[], revision = 0): PaidPi {
  if (order.paidAt === null) throw new Error(`order ${order.number} is not paid`);
  const paidDate = jakartaDate(order.paidAt);
  const billed = lines.find((line) => line.kind === 'TOPUP') ?? lines[0];
  return {
    organizationId: order.organizationId,
    orderNumber: order.number,
    revision,
    billingVersion: billed?.billingVersionForPi ?? '',
    activeFrom: paidDate,
    paidDate,
    amount: order.total,
    lines: lines.map((line) => ({
      packageId: line.packageId ?? undefined,
      packageCode: line.packageCode ?? undefined,
      quotaType: line.quotaType,
      kind: line.kind,
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      amount: line.amount,
      // Accounting requires a first day on every line. Excess has none if its period is not a month.
      periodStart: line.periodStart ?? paidDate,
      periodEnd: line.periodEnd ?? undefined,
      ...(line.taxes.length > 0 && {
        taxes: {
          base: line.amount - line.includedTax,
          tax: line.includedTax + line.addedTax,
          withheld: line.withheld,
        },
      }),
    })),
  };
}
