import type { EndCause, OrderTax, ReviewReason } from '../../orders/index.ts';
import type { MailMoney } from '../mail-money.ts';

/** The kinds of e-mail about an order (domain.md 10). */
export const MAIL_KINDS = [
  'approval_requested',
  'order_approved',
  'order_rejected',
  'payment_reminder',
  'awaiting_payment',
  'payment_received',
  'invoice_booked',
  'order_expired',
  'order_cancelled',
  'payment_under_review',
  'order_refunded',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export type MailLocale = 'id' | 'en';

export interface OrderMailLine {
  kind: 'TOPUP' | 'EXCESS';
  label: string;
  /** The label in each language; null if it is one text for all. */
  labelTranslations?: { id: string; en?: string | undefined } | null;
  /** Units ordered, or units of excess usage that are settled; rupiah if the quota counts rupiah. */
  quantity: bigint;
  /** Units that the quota rises by; 0 for EXCESS. */
  credits: bigint;
  /** Rupiah. */
  amount: bigint;
}

/** The approval of a draft, as a mail tells it. A name is empty if the token had none. */
export interface MailApproval {
  requestedBy: string;
  decidedBy: string;
  /** Empty without one. */
  reason: string;
  expiresAt: Date;
}

export interface OrderMailModel {
  orderNumber: string;
  organizationName: string;
  /** May be empty: not every billing contact has a name. */
  recipientName: string;
  /** Rupiah. */
  total: bigint;
  lines: readonly OrderMailLine[];
  /** The order's own page. */
  orderUrl: string;
  /** The taxes of the whole order. Only those that move what is to be paid have a row. */
  taxes: readonly OrderTax[];
  paymentUrl: string | null;
  paymentExpiresAt: Date | null;
  paidAt: Date | null;
  paidInvoiceNumber: string | null;
  money: MailMoney;
  /** Only a mail about an order under review reads it. */
  reviewReason: ReviewReason;
  /** The rest of an underpaid order can still be paid by its link. */
  isRestPayable: boolean;
  /** The reason why the order expired or was cancelled; undefined for any other, and for one of an unknown cause. */
  endCause: EndCause | undefined;
  /** Only a mail about an approval reads it; undefined for an order that was not submitted. */
  approval: MailApproval | undefined;
}

export interface RenderedMail {
  subject: string;
  html: string;
  text: string;
}

/** Maps 'en', 'en-US' and 'EN' to English, and everything else to Indonesian, the language of the home market. */
export function toMailLocale(locale: string): MailLocale {
  return /^en(?:[-_]|$)/i.test(locale.trim()) ? 'en' : 'id';
}
