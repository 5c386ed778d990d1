import type { Order } from '../api/types.ts';
import { rupiah } from '../format/money.ts';
import type { AllText } from '../text/all-words.ts';

/** The rows between an order's lines and what is to be paid; none for an order without taxes. */
export function rowsOfTaxes(order: Order, text: AllText): { label: string; money: string }[] {
  const { topupTotal, excessTotal, taxTotal, total, withheldTotal } = order;
  const added = BigInt(total.amount) - BigInt(topupTotal.amount) - BigInt(excessTotal.amount);
  const included = BigInt(taxTotal.amount) - added;
  const isWithheld = withheldTotal.amount !== '0';
  return [
    ...(added > 0n ? [{ label: text.order.taxAdded, money: rupiah(added) }] : []),
    ...(included > 0n ? [{ label: text.order.taxIncluded, money: rupiah(included) }] : []),
    ...(isWithheld ? [{ label: text.order.total, money: rupiah(total) }] : []),
    ...(isWithheld ? [{ label: text.order.withheld, money: `−${rupiah(withheldTotal)}` }] : []),
  ];
}
