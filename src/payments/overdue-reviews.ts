import type { DataSource } from 'typeorm';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import { overdueReviews } from '../orders/index.ts';
import { runQuery } from '../platform/database/run-queries.ts';
import type { ReportOutcome } from './report-outcome.ts';
import { enterEvent } from './store/payment-events.ts';
import { resultEvent } from './store/settlement-rows.ts';

/** An order under review is polled for this long after its deadline; then it is an operator's alone. */
export const REVIEW_SECONDS = 7 * 86_400;

/** Enters one exception for each order that nobody has decided on for a week after its deadline. */
export async function reportOverdueReviews(database: DataSource, clock: Clock, report: ReportOutcome): Promise<void> {
  const at = clock.now();
  for (const order of await runQuery(database, overdueReviews(addSeconds(at, -REVIEW_SECONDS)))) {
    const { paymentProvider: provider, paymentInvoiceId } = order;
    const detail = 'Under review for seven days after its deadline: approve or refund the order.';
    const result = { provider, source: 'poll', invoiceId: paymentInvoiceId ?? '', amount: null, detail, at } as const;
    const event = resultEvent(order, { ...result, outcome: 'review_overdue' });
    // The id makes it one exception for good.
    const isNew = await enterEvent(database, { ...event, eventId: `review_overdue:${order.id}` });
    if (isNew) report({ ...event, order });
  }
}
