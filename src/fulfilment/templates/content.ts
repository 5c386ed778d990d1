import { formatRupiah } from '../../kernel/money.ts';
import { inLanguage } from '../../kernel/translated.ts';
import { formatInstant, formatUnits, httpUrl, oneLine } from './format.ts';
import { MESSAGES } from './messages.ts';
import type { MailKind, MailLocale, OrderMailLine, OrderMailModel } from './order-mail.ts';

/** The content of one e-mail as plain text, before layout. HTML and text both render it, so that they say the same. */
export interface MailContent {
  kind: MailKind;
  locale: MailLocale;
  /** It also occurs in sentences, where a line break inside it would make it hard to read out or copy. */
  orderNumber: string;
  subject: string;
  preheader: string;
  heading: string;
  /** Above the table. */
  paragraphs: readonly string[];
  table: { title: string; rows: readonly TableRow[]; total: { label: string; amount: string } };
  facts: readonly Fact[];
  /** The url is http(s). */
  button: { label: string; url: string; fallback: string } | null;
  /** Below the button. */
  notes: readonly string[];
  footer: string;
}

interface TableRow {
  label: string;
  detail: string;
  amount: string;
}

interface Fact {
  label: string;
  value: string;
}

/** The parts that differ by kind. */
type KindParts = Pick<MailContent, 'paragraphs' | 'facts' | 'button' | 'notes'>;
type BuildParts = (model: OrderMailModel, locale: MailLocale) => KindParts;

export function orderMailContent(kind: MailKind, locale: MailLocale, model: OrderMailModel): MailContent {
  const words = MESSAGES[locale];
  const order = oneLine(model.orderNumber);
  const organization = oneLine(model.organizationName);
  const own = PARTS_OF_KIND[kind](model, locale);
  return {
    kind,
    locale,
    orderNumber: order,
    subject: words[kind].subject(order, organization),
    preheader: words[kind].preheader,
    heading: words[kind].heading,
    paragraphs: [
      words.greeting(oneLine(model.recipientName)),
      words[kind].intro(order, organization),
      ...own.paragraphs,
    ],
    table: {
      title: words[kind].items,
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

const PARTS_OF_KIND: Readonly<Record<MailKind, BuildParts>> = {
  awaiting_payment: (model, locale) => {
    const words = MESSAGES[locale];
    const url = httpUrl(model.paymentUrl);
    const { paymentExpiresAt } = model;
    const ask = paymentExpiresAt === null ? words.pay : words.payBy(formatInstant(paymentExpiresAt, locale));
    return {
      paragraphs: [`${ask} ${words.creditedOncePaid}`],
      facts: instantFact(words.payUntil, paymentExpiresAt, locale),
      button: url === null ? null : { label: words.payButton, url, fallback: words.linkFallback },
      notes: url === null ? [words.payInApp, words.alreadyPaid] : [words.alreadyPaid],
    };
  },

  /** The receipt, which does not wait for accounting. Names no amount in its sentences: an operator may have accepted a payment that was not the order's total. */
  payment_received: (model, locale) => {
    const words = MESSAGES[locale];
    const has = (kind: OrderMailLine['kind']) => model.lines.some((line) => line.kind === kind);
    const done = [...(has('TOPUP') ? [words.credited] : []), ...(has('EXCESS') ? [words.settled] : [])];
    return {
      paragraphs: done.length === 0 ? [] : [done.join(' ')],
      facts: instantFact(words.paidAt, model.paidAt, locale),
      button: null,
      notes: [words.paidInvoiceFollows],
    };
  },

  invoice_booked: (model, locale) => {
    const words = MESSAGES[locale];
    const number = oneLine(model.paidInvoiceNumber ?? '');
    return {
      paragraphs: [],
      facts: [
        ...instantFact(words.paidAt, model.paidAt, locale),
        ...(number === '' ? [] : [{ label: words.paidInvoice, value: number }]),
      ],
      button: null,
      notes: [],
    };
  },

  /** Has no payment link: a late payment is credited, but the mail does not invite one. */
  order_expired: (model, locale) => {
    const words = MESSAGES[locale];
    return {
      paragraphs: [words.notCharged, words.orderAgain],
      facts: instantFact(words.payUntil, model.paymentExpiresAt, locale),
      button: null,
      notes: [words.paidAfterAll],
    };
  },

  payment_under_review: (model, locale) => {
    const words = MESSAGES[locale];
    return {
      paragraphs: [`${words.notCredited} ${words.reviewing}`],
      facts: instantFact(words.paidAt, model.paidAt, locale),
      button: null,
      notes: [],
    };
  },
};

function instantFact(label: string, instant: Date | null, locale: MailLocale): Fact[] {
  return instant === null ? [] : [{ label, value: formatInstant(instant, locale) }];
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
