import {
  eventsOfOrders,
  linesOfOrders,
  linesOfQuote,
  orderOfQuote,
  orderWithDetails,
  type Replacement,
  replacementsOfOrders,
  type TopupOrder,
  type TopupOrderEvent,
  type TopupOrderLine,
} from '../orders/index.ts';
import { type OrderPayment, paymentsOfOrders } from '../payments/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { type DocumentId, documentsOf } from './rules/document-kind.ts';

/** Everything that a document says. None of it changes once the order has the document. */
export interface DocumentFacts {
  order: TopupOrder;
  lines: readonly TopupOrderLine[];
  /** The payments that had come in when the order was paid; empty before. */
  payments: readonly OrderPayment[];
  /** The time of the quote, of a quotation; of other documents, that of the order's last one. */
  quotedAt: Date;
}

/** Reads the facts of a document; undefined if the caller's organization has no such order, or the order no such document. */
export async function readFacts(
  database: TenantDatabase,
  request: RequestContext,
  id: DocumentId,
): Promise<DocumentFacts | undefined> {
  const { orderId, kind, quote } = id;
  // Replaced quotes are read last: if the quote is not among them, the order and the lines read before were its own.
  const [[current], currentLines, payments, steps, [before], linesBefore, replacements] = await database.reads(
    request,
    orderWithDetails(orderId),
    linesOfOrders([orderId]),
    paymentsOfOrders([orderId]),
    eventsOfOrders([orderId]),
    orderOfQuote(orderId, quote),
    linesOfQuote(orderId, quote),
    replacementsOfOrders([orderId]),
  );
  if (current === undefined) return undefined;
  const documents = documentsOf(current, replacements.length + 1);
  if (!documents.some((each) => each.kind === kind && each.quote === quote)) return undefined;
  return {
    ...(before === undefined ? { order: current, lines: currentLines } : { order: before, lines: linesBefore }),
    payments: paymentsAtPaid(payments, steps),
    quotedAt: quoteTime(current, replacements, quote),
  };
}

/** A payment that came after the credit is a surplus, which no receipt may gain later. */
function paymentsAtPaid(payments: readonly OrderPayment[], steps: readonly TopupOrderEvent[]): OrderPayment[] {
  const paid = steps.find(({ to }) => to === 'PAID');
  if (paid === undefined) return [];
  return payments.filter((payment) => payment.kind === 'PAYMENT' && payment.recordedAt <= paid.at);
}

/** A quote began when it replaced the one before. */
function quoteTime({ createdAt }: TopupOrder, replacements: readonly Replacement[], quote: number): Date {
  const before = quote === 0 ? replacements.at(-1) : replacements.find((each) => each.quote === quote - 1);
  return before?.at ?? createdAt;
}
