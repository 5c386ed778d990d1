import { formatRupiah } from '../../kernel/money.ts';
import { formatInstant, formatSums, httpUrl, oneLine } from './format.ts';
import type { Fact, KindParts } from './mail-content.ts';
import type { Introduction } from './message-types.ts';
import { MESSAGES } from './messages.ts';
import type { MailKind, MailLocale, OrderMailLine, OrderMailModel } from './order-mail.ts';
import { isRestAsked, reviewParts } from './review-parts.ts';

type BuildParts = (model: OrderMailModel, locale: MailLocale) => KindParts;

/** Returns the key of the subject, the heading and the first sentence. */
export const introductionOf = (kind: MailKind, model: OrderMailModel): Introduction =>
  kind === 'payment_under_review' && isRestAsked(model) ? 'payment_incomplete' : kind;

export const PARTS_OF_KIND: Readonly<Record<MailKind, BuildParts>> = {
  approval_requested: (model, locale) => {
    const words = MESSAGES[locale];
    const { requestedBy, expiresAt } = approvalIn(model);
    return {
      paragraphs: [words.approvalAsked],
      facts: [...textFact(words.requestedBy, requestedBy), ...instantFact(words.decideBy, expiresAt, locale)],
      button: null,
      notes: [words.approvalOfAnother],
    };
  },

  order_approved: (model, locale) => {
    const words = MESSAGES[locale];
    const { expiresAt } = approvalIn(model);
    return {
      paragraphs: [words.confirmNow],
      facts: [...decisionFacts(words.approvedBy, model, locale), ...instantFact(words.confirmBy, expiresAt, locale)],
      button: null,
      notes: [],
    };
  },

  order_rejected: (model, locale) => {
    const words = MESSAGES[locale];
    return {
      paragraphs: [words.notCharged, words.orderAgain],
      facts: decisionFacts(words.rejectedBy, model, locale),
      button: null,
      notes: [],
    };
  },

  payment_reminder: payParts,
  awaiting_payment: payParts,

  /** The receipt, which does not wait for accounting. */
  payment_received: (model, locale) => {
    const words = MESSAGES[locale];
    const has = (kind: OrderMailLine['kind']) => model.lines.some((line) => line.kind === kind);
    const done = [...(has('TOPUP') ? [words.credited] : []), ...(has('EXCESS') ? [words.settled] : [])];
    const received = formatSums(model.money.paid, locale);
    return {
      paragraphs: [...(done.length === 0 ? [] : [done.join(' ')]), ...unequalPayment(model, locale)],
      facts: [
        ...instantFact(words.paidAt, model.paidAt, locale),
        ...(received === '' ? [] : [{ label: words.received, value: received }]),
      ],
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

  order_expired: endParts,
  order_cancelled: endParts,
  payment_under_review: reviewParts,

  order_refunded: (model, locale) => {
    const words = MESSAGES[locale];
    const { money, paidAt } = model;
    const [received, back] = [formatSums(money.paid, locale), formatSums(money.giveBack, locale)];
    const label = money.isGivenBack ? words.givenBack : words.toGiveBack;
    return {
      paragraphs: [
        refundSentence(model, locale),
        ...(money.isQuotaTakenBack ? [words.quotaTakenBack] : []),
        ...(paidAt === null ? [words.neverCredited] : []),
      ],
      facts: [
        ...(received === '' ? [] : [{ label: words.received, value: received }]),
        ...(back === '' ? [] : [{ label, value: back }]),
      ],
      button: null,
      notes: [],
    };
  },
};

const NO_APPROVAL = { requestedBy: '', decidedBy: '', reason: '', expiresAt: null };
const approvalIn = ({ approval }: OrderMailModel) => approval ?? NO_APPROVAL;

function decisionFacts(by: string, model: OrderMailModel, locale: MailLocale): Fact[] {
  const { decidedBy, reason } = approvalIn(model);
  return [...textFact(by, decidedBy), ...textFact(MESSAGES[locale].reason, reason)];
}

/** An order that awaits its payment: the link, and until when. */
function payParts(model: OrderMailModel, locale: MailLocale): KindParts {
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
}

/** An order that was never paid has no payment link: a late payment is credited, but the mail does not invite one. */
function endParts({ endCause, paymentExpiresAt }: OrderMailModel, locale: MailLocale): KindParts {
  const words = MESSAGES[locale];
  const why = endCause === undefined ? [] : [words.ended[endCause]];
  return {
    paragraphs: [[...why, words.notCharged].join(' '), words.orderAgain],
    facts: endCause === 'UNPAID' ? instantFact(words.payUntil, paymentExpiresAt, locale) : [],
    button: null,
    notes: [words.paidAfterAll],
  };
}

/** Explains a receipt whose sum is not the order's: a surplus, or a payment that an operator accepted as it was. */
function unequalPayment({ money }: OrderMailModel, locale: MailLocale): string[] {
  const words = MESSAGES[locale];
  const { asked, paid, surplus, returned } = money;
  const [received, price] = [formatSums(paid, locale), formatRupiah(asked)];
  if (received === '' || received === price) return [];
  if (surplus.length > 0) return [words.surplus(received, price, formatSums(surplus, locale))];
  const rupiah = BigInt(paid.find(({ currency }) => currency === 'IDR')?.amount ?? 0);
  if (rupiah < asked) return [words.acceptedAsPayment(received)];
  const back = returned > 0n ? [words.returnedAlready(formatRupiah(returned))] : [];
  return [[words.surplusReturned(received, price), ...back].join(' ')];
}

function refundSentence({ money }: OrderMailModel, locale: MailLocale): string {
  const words = MESSAGES[locale];
  const { paid, giveBack, isGivenBack, returned } = money;
  if (giveBack.length === 0) return words.returnedByProvider;
  const [received, back] = [formatSums(paid, locale), formatSums(giveBack, locale)];
  if (isGivenBack) return words.refundDone(received, back);
  const already = returned > 0n ? [words.ofThatReturned(formatRupiah(returned))] : [];
  return [words.refundFollows(received, back), ...already].join(' ');
}

function textFact(label: string, text: string): Fact[] {
  const value = oneLine(text);
  return value === '' ? [] : [{ label, value }];
}

function instantFact(label: string, instant: Date | null, locale: MailLocale): Fact[] {
  return instant === null ? [] : [{ label, value: formatInstant(instant, locale) }];
}
