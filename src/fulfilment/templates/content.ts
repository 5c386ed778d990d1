import { formatRupiah, sum } from '../../kernel/money.ts';
import { inLanguage } from '../../kernel/translated.ts';
import { type OrderTax, taxName } from '../../orders/index.ts';
import { formatQuantity, httpUrl, oneLine } from './format.ts';
import { introductionOf, PARTS_OF_KIND } from './kind-parts.ts';
import type { MailContent, TableRow } from './mail-content.ts';
import { MESSAGES } from './messages.ts';
import type { MailKind, MailLocale, OrderMailLine, OrderMailModel } from './order-mail.ts';

export function orderMailContent(kind: MailKind, locale: MailLocale, model: OrderMailModel): MailContent {
  const words = MESSAGES[locale];
  const order = oneLine(model.orderNumber);
  const organization = oneLine(model.organizationName);
  const own = PARTS_OF_KIND[kind](model, locale);
  const orderUrl = httpUrl(model.orderUrl);
  const introduction = words[introductionOf(kind, model)];
  return {
    kind,
    locale,
    orderNumber: order,
    subject: introduction.subject(order, organization),
    preheader: introduction.preheader,
    heading: introduction.heading,
    paragraphs: [
      words.greeting(oneLine(model.recipientName)),
      introduction.intro(order, organization),
      ...own.paragraphs,
    ],
    table: {
      title: introduction.items,
      rows: [...model.lines.map((line) => tableRow(line, kind, locale)), ...taxRows(model, locale)],
      total: sumRow(model, locale),
    },
    facts: [
      { label: words.orderNumber, value: order },
      { label: words.organization, value: organization },
      ...own.facts,
    ],
    button: own.button,
    orderLink: orderUrl === null ? null : { label: words.seeOrder, url: orderUrl },
    notes: [...own.notes, words.help(order)],
    footer: words.footer(organization),
  };
}

function tableRow(line: OrderMailLine, kind: MailKind, locale: MailLocale): TableRow {
  const label = inLanguage(
    { text: line.label, translations: line.labelTranslations ?? null },
    locale === 'id' ? 'ID' : 'EN',
  );
  return { label: oneLine(label), detail: detail(line, kind, locale), amount: formatRupiah(line.amount) };
}

const withheldOf = ({ taxes }: OrderMailModel) =>
  taxes.filter(({ kind, amount }) => kind === 'WITHHOLDING' && amount > 0n);

/** Tax within a price changes nothing that is to be paid, so it has no row. */
function taxRows(model: OrderMailModel, locale: MailLocale): TableRow[] {
  const words = MESSAGES[locale];
  const added = model.taxes.filter(({ kind, included, amount }) => kind === 'VAT' && !included && amount > 0n);
  const row = (tax: OrderTax, detail: string, amount: bigint): TableRow => ({
    label: oneLine(taxName(tax)),
    detail,
    amount: formatRupiah(amount),
  });
  return [
    ...added.map((tax) => row(tax, words.taxAdded, tax.amount)),
    ...withheldOf(model).map((tax) => row(tax, words.taxWithheld, -tax.amount)),
  ];
}

function sumRow(model: OrderMailModel, locale: MailLocale): MailContent['table']['total'] {
  const words = MESSAGES[locale];
  const withheld = sum(withheldOf(model).map(({ amount }) => amount));
  const label = withheld > 0n ? words.toPay : words.total;
  return { label, amount: formatRupiah(model.total - withheld) };
}

/** Only payment_received may say that something was credited or settled. */
function detail(line: OrderMailLine, kind: MailKind, locale: MailLocale): string {
  const words = MESSAGES[locale];
  const quantity = formatQuantity(line.quantity, line, locale);
  const credits = formatQuantity(line.credits, line, locale);
  if (line.kind === 'EXCESS') return kind === 'payment_received' ? words.lineSettled(quantity) : words.excess(quantity);
  if (kind === 'payment_received') return words.lineCredited(credits);
  return line.credits === line.quantity ? words.quantity(quantity) : words.quantityAndQuota(quantity, credits);
}
