import type { MailLocale } from '../../fulfilment/index.ts';

/** The content of a document as plain text, before layout. A text from elsewhere is reduced to one line. */
export interface DocumentContent {
  locale: MailLocale;
  title: string;
  /** For the file's properties: the title and the order's number. */
  name: string;
  facts: readonly Fact[];
  table: { headings: readonly [string, string, string]; rows: readonly ItemRow[]; sums: readonly SumRow[] };
  /** null for a quotation. */
  payments: { title: string; rows: readonly SumRow[] } | null;
  notes: readonly string[];
  page(page: number, pages: number): string;
}

export interface Fact {
  label: string;
  value: string;
}

export interface ItemRow {
  label: string;
  detail: string;
  unitPrice: string;
  amount: string;
}

export interface SumRow {
  label: string;
  amount: string;
  isTotal: boolean;
}
