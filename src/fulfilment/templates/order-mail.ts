/** The kinds of e-mail about an order (domain.md 10). */
export const MAIL_KINDS = [
  'awaiting_payment',
  'payment_received',
  'invoice_booked',
  'order_expired',
  'payment_under_review',
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

export interface OrderMailModel {
  orderNumber: string;
  organizationName: string;
  /** May be empty: not every billing contact has a name. */
  recipientName: string;
  /** Rupiah. */
  total: bigint;
  lines: readonly OrderMailLine[];
  paymentUrl: string | null;
  paymentExpiresAt: Date | null;
  paidAt: Date | null;
  paidInvoiceNumber: string | null;
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
