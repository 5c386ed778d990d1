import type { DataSource } from 'typeorm';
import type { MailMoney, MailSum } from '../fulfilment/index.ts';
import { hasRefundEntry } from '../ledger/index.ts';
import { CREDITED, linesOfOrder, REFUNDED, type TopupOrder } from '../orders/index.ts';
import { moneyOfOrder, type OrderMoney, type Sums, withForeign } from './order-money.ts';

/** Reads the money of an order for its mails. */
export async function mailMoneyOf(database: DataSource, order: TopupOrder): Promise<MailMoney> {
  const money = await moneyOfOrder(database, order);
  const { asked, paid, returned, outstanding, giveBack, steps } = money;
  const foreign = withForeign(0n, steps);
  const isRefunded = REFUNDED.has(order.status);
  return {
    asked,
    paid: listed(withForeign(paid, steps)),
    returned,
    outstanding,
    surplus: CREDITED.has(order.status) ? listed(withRupiah(giveBack.hasUnknown ? foreign : [], giveBack.still)) : [],
    giveBack: isRefunded ? listed(backOf(order, money, foreign)) : [],
    isGivenBack: giveBack.still === 0n && !giveBack.hasUnknown,
    isQuotaTakenBack: isRefunded && (await isQuotaTakenBack(database, order)),
    payments: steps.filter(({ kind }) => kind === 'PAYMENT').length,
    changes: steps.length,
  };
}

async function isQuotaTakenBack(database: DataSource, { id }: TopupOrder): Promise<boolean> {
  const lines = await linesOfOrder(database, id);
  return hasRefundEntry(
    database,
    lines.map((line) => line.id),
  );
}

/** All that goes back to the buyer of a refunded order: what the provider gave back by itself, and what an operator gives back. */
function backOf({ paidAt }: TopupOrder, { paid, giveBack, ...money }: OrderMoney, foreign: Sums): Sums {
  const returned = money.returned > giveBack.returned ? money.returned : giveBack.returned;
  const rupiah = returned + giveBack.still;
  const keepsForeign = paidAt !== null && !giveBack.hasUnknown;
  return withRupiah(keepsForeign ? [] : foreign, rupiah < paid ? rupiah : paid);
}

const withRupiah = (sums: Iterable<readonly [string, string]>, rupiah: bigint): Sums =>
  new Map([['IDR', String(rupiah)], ...[...sums].filter(([currency]) => currency !== 'IDR')]);

const listed = (sums: Sums): MailSum[] =>
  [...sums].filter(([, amount]) => amount !== '0').map(([currency, amount]) => ({ currency, amount }));
