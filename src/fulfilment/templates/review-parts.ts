import { formatRupiah } from '../../kernel/money.ts';
import { formatInstant, formatSums, httpUrl } from './format.ts';
import type { KindParts } from './mail-content.ts';
import { MESSAGES } from './messages.ts';
import type { MailLocale, OrderMailModel } from './order-mail.ts';

/** The mail asks for the rest: the order is underpaid, and its link can be shown. */
export const isRestAsked = ({ isRestPayable, paymentUrl }: OrderMailModel): boolean =>
  isRestPayable && httpUrl(paymentUrl) !== null;

/**
 * An order under review: what came in, what is missing, and what happens next. As long as the rest can be paid, the mail asks for it;
 * otherwise an operator decides.
 */
export function reviewParts(model: OrderMailModel, locale: MailLocale): KindParts {
  const words = MESSAGES[locale];
  const { money, paymentExpiresAt: deadline } = model;
  const url = isRestAsked(model) ? httpUrl(model.paymentUrl) : null;
  const received = formatSums(money.paid, locale);
  const missing = money.outstanding > 0n && model.reviewReason === 'UNDERPAID' ? formatRupiah(money.outstanding) : '';
  const by =
    deadline === null || url === null ? [] : [{ label: words.payUntil, value: formatInstant(deadline, locale) }];
  return {
    paragraphs: [receivedSentence(model, locale), nextStep(model, locale)],
    facts: [
      ...(received === '' || model.reviewReason === 'UNREADABLE' ? [] : [{ label: words.received, value: received }]),
      ...(missing === '' ? [] : [{ label: words.missing, value: missing }]),
      ...by,
    ],
    button: url === null ? null : { label: words.payRestButton, url, fallback: words.linkFallback },
    notes: url === null ? [] : [words.alreadyPaid],
  };
}

function receivedSentence({ money, reviewReason }: OrderMailModel, locale: MailLocale): string {
  const words = MESSAGES[locale];
  const { paid, asked, outstanding, returned } = money;
  if (reviewReason === 'UNREADABLE') return `${words.unreadable} ${words.notCredited}`;
  const [received, price] = [formatSums(paid, locale), formatRupiah(asked)];
  const back = returned > 0n ? [words.returnedAlready(formatRupiah(returned))] : [];
  if (reviewReason === 'WRONG_CURRENCY') {
    // A notice may name another currency of which Mekari Pay's answer shows nothing.
    const isShown = paid.some(({ currency }) => currency !== 'IDR');
    const foreign = isShown ? words.receivedForeign(received, price) : words.namedForeign(price);
    return [foreign, ...back, words.notCredited].join(' ');
  }
  const sentence =
    outstanding > 0n
      ? words.receivedLess(received, price, formatRupiah(outstanding))
      : words.receivedOf(received, price);
  return [sentence, ...back, words.notCredited].join(' ');
}

function nextStep(model: OrderMailModel, locale: MailLocale): string {
  const words = MESSAGES[locale];
  const { money, reviewReason, paymentExpiresAt } = model;
  if (reviewReason === 'UNREADABLE') return words.unreadableFollows;
  if (isRestAsked(model)) {
    const missing = formatRupiah(money.outstanding);
    const ask =
      paymentExpiresAt === null
        ? words.payRest(missing)
        : words.payRestBy(missing, formatInstant(paymentExpiresAt, locale));
    return `${ask} ${words.restProcessed}`;
  }
  const late = reviewReason === 'UNDERPAID' && money.outstanding > 0n ? [words.restIsLate] : [];
  return [...late, words.decisionFollows].join(' ');
}
