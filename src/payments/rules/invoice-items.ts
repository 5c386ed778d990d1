import type { Rupiah } from '../../kernel/money.ts';
import { orderTaxes, type TopupOrderLine, taxName } from '../../orders/index.ts';
import type { NewInvoice } from '../provider.ts';

type Item = NewInvoice['items'][number];
type BilledLine = Pick<TopupOrderLine, 'label' | 'quantity' | 'unitPrice' | 'amount' | 'withheld' | 'taxes'>;

/**
 * The items sum to the invoice's amount. Tax on top of the lines is an item of its own. Providers refuse an item below zero, so a line
 * on which the buyer keeps tax back is one item of what is left of it.
 */
export function invoiceItems(lines: readonly BilledLine[]): NewInvoice['items'] {
  const added = orderTaxes(lines).filter(({ kind, included, amount }) => kind === 'VAT' && !included && amount > 0n);
  return [...lines.map(itemOf), ...added.map((tax) => single(taxName(tax), tax.amount))];
}

function itemOf({ label, quantity, unitPrice, amount, withheld, taxes }: BilledLine): Item {
  const kept = taxes.find(({ kind }) => kind === 'WITHHOLDING');
  if (kept === undefined || withheld === 0n) return { name: label, quantity, unitPrice, amount };
  return single(`${label} (${quantity}), less ${taxName(kept)}`, amount - withheld);
}

const single = (name: string, amount: Rupiah): Item => ({ name, quantity: 1n, unitPrice: amount, amount });
