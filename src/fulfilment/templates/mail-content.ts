import type { MailKind, MailLocale } from './order-mail.ts';

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
  /** The order's own page; null if its address is not http(s). */
  orderLink: { label: string; url: string } | null;
  /** Below the button. */
  notes: readonly string[];
  footer: string;
}

export interface TableRow {
  label: string;
  detail: string;
  amount: string;
}

export interface Fact {
  label: string;
  value: string;
}

/** The parts that differ by kind. */
export type KindParts = Pick<MailContent, 'paragraphs' | 'facts' | 'button' | 'notes'>;
