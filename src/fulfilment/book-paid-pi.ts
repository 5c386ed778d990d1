import type { DataSource } from 'typeorm';
import type { Moderator, PaidPi } from '../clients/moderator.ts';
import type { Clock } from '../kernel/clock.ts';
import { jakartaDate } from '../kernel/jakarta.ts';
import {
  AWAITS_BOOKING,
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
    const paidPi = toPaidPi(order, await linesOfOrder(this.database, orderId));
    // fault point: paid PI, about to be sent
    const number = await this.moderator.bookPaidPi(paidPi);
    // fault point: paid PI, booked and not noted
    await inTransaction(this.database, async (tx) => {
      const locked = await lockOrder(tx, { id: orderId });
      if (locked === undefined || !AWAITS_BOOKING.has(locked.status)) return;
      const now = this.clock.now();
      const cause = { at: now, cause: 'paid PI booked', actor: null };
      await moveOrder(tx, locked, 'COMPLETED', cause, { completedAt: now, paidInvoiceNumber: number });
      await enqueueJob(tx, mailJob('payment_received', locked));
      // fault point: paid PI, noted and not committed
    });
    // fault point: paid PI, committed and the job not ended
  }
}

/** Builds accounting's view of the order from its frozen facts. `active_from` is the day of payment. */
export function toPaidPi(order: TopupOrder, lines: readonly TopupOrderLine[]): PaidPi {
  if (order.paidAt === null) throw new Error(`order ${order.number} is not paid`);
  const paidDate = jakartaDate(order.paidAt);
  const billed = lines.find((line) => line.kind === 'TOPUP') ?? lines[0];
  return {
    organizationId: order.organizationId,
    orderNumber: order.number,
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
    })),
  };
}
