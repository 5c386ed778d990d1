import {
  formatDate,
  formatInstant,
  formatQuantity,
  MAIL_MESSAGES,
  type MailLocale,
  oneLine,
  toMailLocale,
} from '../../fulfilment/index.ts';
import { formatRupiah, ONE_RUPIAH } from '../../kernel/money.ts';
import { inLanguage } from '../../kernel/translated.ts';
import type { TopupOrderLine } from '../../orders/index.ts';
import type { DocumentFacts } from '../document-facts.ts';
import type { DocumentId } from '../rules/document-kind.ts';
import type { DocumentContent, Fact, ItemRow } from './content-types.ts';
import { paymentRows, sumRows } from './document-sums.ts';
import { DOCUMENT_WORDS } from './words.ts';

/** Writes a document from an order's frozen facts, in the language of its organization at that time. Pure. */
export function documentContent(id: DocumentId, facts: DocumentFacts): DocumentContent {
  const locale = toMailLocale(facts.order.organizationDetails?.locale ?? 'id');
  const words = DOCUMENT_WORDS[locale];
  const title = words.title[id.kind];
  return {
    locale,
    title,
    name: `${title} ${oneLine(facts.order.number)}`,
    facts: [...ownFacts(id, facts, locale), ...buyerFacts(facts, locale)].filter(({ value }) => value !== ''),
    table: {
      headings: [words.item, words.unitPrice, words.amount],
      rows: facts.lines.map((line) => itemRow(line, id, locale)),
      sums: sumRows(facts, locale),
    },
    payments: id.kind === 'QUOTATION' ? null : { title: words.payments, rows: paymentRows(facts, locale) },
    notes: [words.note[id.kind], words.noTaxInvoice, words.noSignature],
    page: words.page,
  };
}

/** A receipt never has the PI's number, even if it is made after the booking. */
function ownFacts({ kind, quote }: DocumentId, { order, quotedAt }: DocumentFacts, locale: MailLocale): Fact[] {
  const words = DOCUMENT_WORDS[locale];
  const mail = MAIL_MESSAGES[locale];
  const at = (instant: Date | null) => (instant === null ? '' : formatInstant(instant, locale));
  const number = { label: mail.orderNumber, value: order.number };
  if (kind === 'QUOTATION') {
    return [
      number,
      { label: words.quotation, value: `${order.number}/${quote}` },
      { label: words.quotedAt, value: at(quotedAt) },
      { label: words.validUntil, value: at(order.quoteExpiresAt) },
    ];
  }
  const paid = { label: mail.paidAt, value: at(order.paidAt) };
  if (kind === 'RECEIPT') return [number, paid];
  return [
    { label: mail.paidInvoice, value: oneLine(order.paidInvoiceNumber ?? '') },
    { label: words.bookedAt, value: at(order.completedAt) },
    number,
    paid,
  ];
}

function buyerFacts({ order }: DocumentFacts, locale: MailLocale): Fact[] {
  const words = DOCUMENT_WORDS[locale];
  const { organizationName, organizationDetails: details, purchaseOrderNumber } = order;
  return [
    { label: MAIL_MESSAGES[locale].organization, value: oneLine(organizationName) },
    { label: words.taxNumber, value: oneLine(details?.taxNumber ?? '') },
    { label: words.address, value: oneLine(details?.address ?? '') },
    { label: words.purchaseOrder, value: oneLine(purchaseOrderNumber ?? '') },
  ];
}

function itemRow(line: TopupOrderLine, { kind }: DocumentId, locale: MailLocale): ItemRow {
  const language = locale === 'id' ? 'ID' : 'EN';
  const label = inLanguage({ text: line.label, translations: line.labelTranslations }, language);
  // The confirm and the payment set the periods, so a quotation must not depend on them.
  const period = kind === 'QUOTATION' ? '' : periodOf(line, locale);
  return {
    label: oneLine(label),
    detail: [quantityOf(line, locale), period].filter((text) => text !== '').join(' · '),
    // A quota in rupiah costs what it adds: a price of Rp1 tells nobody anything.
    unitPrice: line.unitPrice === ONE_RUPIAH ? '–' : formatRupiah(line.unitPrice),
    amount: formatRupiah(line.amount),
  };
}

function quantityOf(line: TopupOrderLine, locale: MailLocale): string {
  const words = MAIL_MESSAGES[locale];
  const { kind, quantity, credits } = line;
  const units = formatQuantity(quantity, line, locale);
  if (kind === 'EXCESS') return words.excess(units);
  return credits === quantity
    ? words.quantity(units)
    : words.quantityAndQuota(units, formatQuantity(credits, line, locale));
}

function periodOf({ kind, periodStart, periodEnd }: TopupOrderLine, locale: MailLocale): string {
  if (kind === 'EXCESS') return '';
  const words = DOCUMENT_WORDS[locale];
  const [start, end] = [periodStart, periodEnd].map((date) => (date === null ? '' : formatDate(date, locale)));
  if (start && end) return words.period(start, end);
  return start ? words.from(start) : end ? words.until(end) : '';
}
