/** The documents of an order, in the order in which they come (domain.md 10a). */
export const DOCUMENT_KINDS = ['QUOTATION', 'RECEIPT', 'BOOKED_INVOICE'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

/** One document of an order. */
export interface DocumentId {
  orderId: string;
  kind: DocumentKind;
  /** Counts an order's quotes from 1; 0 for the other kinds, of which an order has one. */
  quote: number;
}

/** The part of an order that decides about its documents. */
export interface DocumentedOrder {
  id: string;
  paidAt: Date | null;
  completedAt: Date | null;
}

/** Lists the documents that an order has by now, newest first. `quotes` is the number of its quotes so far. */
export function documentsOf({ id: orderId, paidAt, completedAt }: DocumentedOrder, quotes: number): DocumentId[] {
  const quotations = Array.from({ length: quotes }, (_, index) => quotes - index);
  return [
    ...(completedAt === null ? [] : [{ orderId, kind: 'BOOKED_INVOICE' as const, quote: 0 }]),
    ...(paidAt === null ? [] : [{ orderId, kind: 'RECEIPT' as const, quote: 0 }]),
    ...quotations.map((quote) => ({ orderId, kind: 'QUOTATION' as const, quote })),
  ];
}

/** The reader's name for the file, such as "quotation-TU-261122-7K3M-9QX4-2.pdf". */
export function fileName(number: string, { kind, quote }: DocumentId): string {
  const name = [kind.toLowerCase().replaceAll('_', '-'), number, ...(quote > 1 ? [quote] : [])].join('-');
  // An order number is ours; a header must hold nothing else, whatever becomes of numbers.
  return `${name.replace(/[^\w.-]/g, '_')}.pdf`;
}
