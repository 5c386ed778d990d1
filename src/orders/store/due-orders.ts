import { type DataSource, In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not, Or } from 'typeorm';
import { AWAITS_PAYMENT, GIVEN_UP } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';

/** Returns the ids of drafts whose quote has expired, the earliest first. */
export async function draftsToExpire(database: DataSource, now: Date, limit: number): Promise<string[]> {
  const drafts = await database.getRepository(TopupOrder).find({
    select: { id: true },
    where: { status: 'DRAFT', quoteExpiresAt: LessThanOrEqual(now) },
    order: { quoteExpiresAt: 'ASC' },
    take: limit,
  });
  return drafts.map(({ id }) => id);
}

/**
 * Returns orders that await payment, the least recently polled first. Orders without an invoice come before all others.
 */
export async function ordersToPoll(database: DataSource, limit: number): Promise<TopupOrder[]> {
  const orders = database.getRepository(TopupOrder);
  const leastRecentlyPolled = {
    order: { paymentCheckedAt: { direction: 'ASC', nulls: 'FIRST' } },
    take: limit,
  } as const;
  const where = { status: In([...AWAITS_PAYMENT]) };
  const withoutInvoice = await orders.find({ where: { ...where, paymentInvoiceId: IsNull() }, ...leastRecentlyPolled });
  const all = await orders.find({ where, ...leastRecentlyPolled });
  return [...new Map([...withoutInvoice, ...all].map((order) => [order.id, order])).values()];
}

/** Returns given-up orders whose payment deadline was after `since`, and whose last poll was before `polledBefore`. */
export function ordersToPollLate(
  database: DataSource,
  { since, polledBefore }: { since: Date; polledBefore: Date },
  limit: number,
): Promise<TopupOrder[]> {
  return database.getRepository(TopupOrder).find({
    where: {
      status: In([...GIVEN_UP]),
      confirmedAt: Not(IsNull()),
      paymentExpiresAt: MoreThan(since),
      paymentCheckedAt: Or(IsNull(), LessThan(polledBefore)),
    },
    order: { paymentExpiresAt: 'ASC' },
    take: limit,
  });
}

/** Moves the order to the end of the poll queue; null moves it to the front. */
export async function setPaymentChecked(
  database: Pick<DataSource, 'getRepository'>,
  id: string,
  at: Date | null,
): Promise<void> {
  await database.getRepository(TopupOrder).update({ id }, { paymentCheckedAt: at });
}
