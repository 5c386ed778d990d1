import { formatRupiah } from '../../kernel/money.ts';
import { inLanguage } from '../../kernel/translated.ts';
import { formatUnits, oneLine } from './format.ts';
import { introductionOf, PARTS_OF_KIND } from './kind-parts.ts';
import type { MailContent, TableRow } from './mail-content.ts';
import { MESSAGES } from './messages.ts';
import type { MailKind, MailLocale, OrderMailLine, OrderMailModel } from './order-mail.ts';

export function orderMailContent(kind: MailKind, locale: MailLocale, model: OrderMailModel): MailContent {
  const words = MESSAGES[locale];
  const order = oneLine(model.orderNumber);
  const organization = oneLine(model.organizationName);
  const own = PARTS_OF_KIND[kind](model, locale);
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
      rows: model.lines.map((line) => tableRow(line, kind, locale)),
      total: { label: words.total, amount: formatRupiah(model.total) },
    },
    facts: [
      { label: words.orderNumber, value: order },
      { label: words.organization, value: organization },
      ...own.facts,
    ],
    button: own.button,
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

/** Only payment_received may say that something was credited or settled. */
function detail(line: OrderMailLine, kind: MailKind, locale: MailLocale): string {
  const words = MESSAGES[locale];
  const quantity = formatUnits(line.quantity, locale);
  const credits = formatUnits(line.credits, locale);
  if (line.kind === 'EXCESS') return kind === 'payment_received' ? words.lineSettled(quantity) : words.excess(quantity);
  if (kind === 'payment_received') return words.lineCredited(credits);
  return line.credits === line.quantity ? words.quantity(quantity) : words.quantityAndQuota(quantity, credits);
}
