import { type DataSource, In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not, Or } from 'typeorm';
import { AWAITS_PAYMENT, GIVEN_UP } from '../rules/order-state.ts';
import { TopupOrder } from './topup-order.entity.ts';

/** Ids of drafts whose quote ran out, the longest over first. */
export async function draftsToExpire(database: DataSource, now: Date, limit: number): Promise<string[]> {
  const drafts = await database.getRepository(TopupOrder).find({
    select: { id: true },
    where: { status: 'DRAFT', quoteExpiresAt: LessThanOrEqual(now) },
    order: { quoteExpiresAt: 'ASC' },
    take: limit,
  });
  return drafts.map(({ id }) => id);
}

/** Orders that await their payment, the longest unasked first; those that have no invoice yet before all others. */
export async function ordersToPoll(database: DataSource, limit: number): Promise<TopupOrder[]> {
  const orders = database.getRepository(TopupOrder);
  const longestUnasked = { order: { paymentCheckedAt: { direction: 'ASC', nulls: 'FIRST' } }, take: limit } as const;
  const where = { status: In([...AWAITS_PAYMENT]) };
  const withoutInvoice = await orders.find({ where: { ...where, paymentInvoiceId: IsNull() }, ...longestUnasked });
  const all = await orders.find({ where, ...longestUnasked });
  return [...new Map([...withoutInvoice, ...all].map((order) => [order.id, order])).values()];
}

/** Orders given up whose time to pay ended after `since`, and that nobody asked the provider about after `askedBefore`. */
export function ordersToPollLate(
  database: DataSource,
  { since, askedBefore }: { since: Date; askedBefore: Date },
  limit: number,
): Promise<TopupOrder[]> {
  return database.getRepository(TopupOrder).find({
    where: {
      status: In([...GIVEN_UP]),
      confirmedAt: Not(IsNull()),
      paymentExpiresAt: MoreThan(since),
      paymentCheckedAt: Or(IsNull(), LessThan(askedBefore)),
    },
    order: { paymentExpiresAt: 'ASC' },
    take: limit,
  });
}

/** Puts the order at the end of the poll's queue; null puts it at its head. */
export async function setPaymentChecked(
  database: Pick<DataSource, 'getRepository'>,
  id: string,
  at: Date | null,
): Promise<void> {
  await database.getRepository(TopupOrder).update({ id }, { paymentCheckedAt: at });
}
