import type { EndCause } from '../../orders/index.ts';
import type { MailKind } from './order-mail.ts';

type Sentence<Args extends string[]> = (...args: Args) => string;
type OrderSentence = Sentence<[order: string, organization: string]>;

/** The texts that every kind of mail has. */
export interface KindMessages {
  subject: OrderSentence;
  heading: string;
  /** The text that the inbox shows next to the subject. */
  preheader: string;
  intro: OrderSentence;
  items: string;
}

/** The kinds of mail, and one that introduces a review differently: the buyer can still pay the rest. */
export type Introduction = MailKind | 'payment_incomplete';

type PlainKey =
  | 'pay'
  | 'creditedOncePaid'
  | 'payInApp'
  | 'alreadyPaid'
  | 'credited'
  | 'settled'
  | 'notCharged'
  | 'orderAgain'
  | 'paidAfterAll'
  | 'notCredited'
  | 'neverCredited'
  | 'restIsLate'
  | 'restProcessed'
  | 'decisionFollows'
  | 'unreadable'
  | 'unreadableFollows'
  | 'returnedByProvider'
  | 'quotaTakenBack'
  | 'and'
  | 'total'
  | 'toPay'
  | 'taxAdded'
  | 'taxWithheld'
  | 'orderNumber'
  | 'organization'
  | 'payUntil'
  | 'paidAt'
  | 'received'
  | 'missing'
  | 'givenBack'
  | 'toGiveBack'
  | 'paidInvoice'
  | 'paidInvoiceFollows'
  | 'approvalAsked'
  | 'approvalOfAnother'
  | 'confirmNow'
  | 'requestedBy'
  | 'approvedBy'
  | 'rejectedBy'
  | 'reason'
  | 'decideBy'
  | 'confirmBy'
  | 'payButton'
  | 'seeOrder'
  | 'payRestButton'
  | 'linkFallback';

type OneValueKey =
  | 'greeting'
  | 'payBy'
  | 'quantity'
  | 'excess'
  | 'lineCredited'
  | 'lineSettled'
  | 'acceptedAsPayment'
  | 'returnedAlready'
  | 'ofThatReturned'
  | 'help'
  | 'footer';

export type MailMessages = Readonly<Record<Introduction, KindMessages>> &
  Readonly<Record<PlainKey, string>> &
  Readonly<Record<OneValueKey, Sentence<[value: string]>>> & {
    readonly months: readonly string[];
    readonly instant: Sentence<[date: string, hour: string, minute: string]>;
    readonly quantityAndQuota: Sentence<[quantity: string, quota: string]>;
    readonly receivedOf: Sentence<[received: string, asked: string]>;
    readonly receivedLess: Sentence<[received: string, asked: string, missing: string]>;
    readonly receivedForeign: Sentence<[received: string, asked: string]>;
    readonly namedForeign: Sentence<[asked: string]>;
    readonly payRest: Sentence<[missing: string]>;
    readonly payRestBy: Sentence<[missing: string, deadline: string]>;
    readonly surplus: Sentence<[received: string, asked: string, surplus: string]>;
    readonly surplusReturned: Sentence<[received: string, asked: string]>;
    readonly refundDone: Sentence<[received: string, back: string]>;
    readonly refundFollows: Sentence<[received: string, back: string]>;
    readonly ended: Readonly<Record<EndCause, string>>;
  };
