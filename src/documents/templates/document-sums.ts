import { formatInstant, MAIL_MESSAGES, type MailLocale, oneLine } from '../../fulfilment/index.ts';
import { formatRupiah, sum } from '../../kernel/money.ts';
import { type OrderTax, orderTaxes, payableOf, taxName } from '../../orders/index.ts';
import type { OrderPayment } from '../../payments/index.ts';
import type { DocumentFacts } from '../document-facts.ts';
import type { SumRow } from './content-types.ts';
import { DOCUMENT_WORDS } from './words.ts';

/** The sums under the lines. Each is the order's own figure, or a sum over its lines. */
export function sumRows({ order, lines }: DocumentFacts, locale: MailLocale): SumRow[] {
  const words = DOCUMENT_WORDS[locale];
  const mail = MAIL_MESSAGES[locale];
  const taxes = orderTaxes(lines).filter(({ amount }) => amount > 0n);
  const row = (label: string, amount: bigint, isTotal = false): SumRow => ({
    label,
    amount: formatRupiah(amount),
    isTotal,
  });
  const named = (tax: OrderTax, what: string) =>
    [oneLine(taxName(tax)), what, `${words.taxBase} ${formatRupiah(baseOf(tax, lines))}`].join(' · ');
  const vat = taxes.filter(({ kind }) => kind === 'VAT');
  const withheld = taxes.filter(({ kind }) => kind === 'WITHHOLDING');
  return [
    ...(taxes.length === 0 ? [] : [row(words.subtotal, order.topupTotal + order.excessTotal)]),
    ...vat.map((tax) => row(named(tax, tax.included ? words.taxIncluded : mail.taxAdded), tax.amount)),
    row(mail.total, order.total, withheld.length === 0),
    ...withheld.map((tax) => row(named(tax, mail.taxWithheld), -tax.amount)),
    ...(withheld.length === 0 ? [] : [row(mail.toPay, payableOf(order), true)]),
  ];
}

/** The base of a tax: what its lines cost without the VAT in it. */
const baseOf = (tax: OrderTax, lines: DocumentFacts['lines']) =>
  sum(
    lines
      .filter(({ taxes }) =>
        taxes.some(
          ({ kind, code, rate, included }) =>
            kind === tax.kind && code === tax.code && rate === tax.rate && included === tax.included,
        ),
      )
      .map(({ amount, includedTax }) => amount - includedTax),
  );

/** The payments that came in by the time of the credit, and their sum. */
export function paymentRows({ payments, order }: DocumentFacts, locale: MailLocale): SumRow[] {
  const words = DOCUMENT_WORDS[locale];
  const rupiah = sum(payments.map(({ amount }) => amount ?? 0n));
  const isLess = rupiah < payableOf(order);
  return [
    ...payments.map((payment) => ({
      label: [formatInstant(payment.receivedAt, locale), methodName(payment.method)].filter(Boolean).join(' · '),
      amount: amountOf(payment),
      isTotal: false,
    })),
    { label: words.received, amount: formatRupiah(rupiah), isTotal: true },
    ...(isLess ? [{ label: words.accepted, amount: '', isTotal: false }] : []),
  ];
}

const amountOf = ({ amount, originalAmount, originalCurrency }: OrderPayment): string =>
  amount === null ? `${oneLine(originalCurrency)} ${oneLine(originalAmount)}` : formatRupiah(amount);

/** Names the channel as the page does: "Virtual account BNI" for va_bni. */
function methodName(method: string | null): string {
  const bank = /^va_(\w+)$/.exec(method ?? '')?.[1];
  return oneLine(bank ? `Virtual account ${bank.toUpperCase()}` : (method ?? '').replaceAll('_', ' ').toUpperCase());
}
