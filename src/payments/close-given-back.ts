import type { EntityManager } from 'typeorm';
import { formatRupiah } from '../kernel/money.ts';
import type { TopupOrder } from '../orders/index.ts';
import { moneyOfOrder, withForeign } from './order-money.ts';
import { type NamedMoney, SYSTEM_ACTOR, TO_GIVE_BACK } from './rules/give-back.ts';
import { enterClosing, namedMoneyOf } from './store/payment-exceptions.ts';

/**
 * Closes the exceptions of a locked order whose money went back. Returns their ids. The exceptions `explained` told of that very
 * money, and are closed too if all that the order asks for is still here: only what was too much went back. A crash leaves all of it to
 * the next change of the sum, since the caller's transaction has both.
 */
export async function closeGivenBack(
  tx: EntityManager,
  order: TopupOrder,
  at: Date,
  explained: readonly string[] = [],
): Promise<readonly string[]> {
  const { giveBack, asked, outstanding, steps, records } = await moneyOfOrder(tx, order);
  const exceptions = await namedMoneyOf(tx, order.id);
  const open = exceptions.filter(({ closedBy }) => closedBy === null);
  const [came, back] = [withForeign(0n, steps), withForeign(0n, records)];
  const isForeignBack = came.size > 1 && [...came].every(([currency, sum]) => (back.get(currency) ?? '0') === sum);
  const isAnswered = ({ id, amount }: NamedMoney) =>
    amount === null ? isForeignBack : giveBack.stillById.get(id) === 0n;
  const closed = open.filter(
    (row) => (TO_GIVE_BACK.has(row.outcome) && isAnswered(row)) || (explained.includes(row.id) && outstanding === 0n),
  );
  const reason = `${formatRupiah(giveBack.returned)} went back so far, and the order asks for ${formatRupiah(asked)}.`;
  for (const { id } of closed)
    await enterClosing(tx, { paymentEventId: id, actor: SYSTEM_ACTOR, reason, closedAt: at });
  return closed.map(({ id }) => id);
}
