import pLimit from 'p-limit';
import type { DataSource } from 'typeorm';
import type { Moderator } from '../clients/moderator.ts';
import { isUpstreamError, type UpstreamError } from '../clients/upstream-error.ts';
import {
  AWAITS_BOOKING,
  CREDITED,
  isApproved,
  isOrderNumber,
  orderNumbered,
  ordersNumbered,
  type TopupOrder,
} from '../orders/index.ts';
import { invoicesWithClosedExceptions, type ListedInvoice, type PaymentProvider } from '../payments/index.ts';
import { booksOf, factsOf, hasPaid, moneyOf } from './books-of-order.ts';
import { withLockedOrder } from './locked-order.ts';
import { runJobsNow } from './retry-order.ts';
import { compareBooks, type Difference, type DifferenceKind } from './rules/compare-books.ts';

/** A difference between our orders and the books of the provider or of accounting. */
export interface Finding {
  kind: DifferenceKind;
  orderNumber: string;
  /** A sentence with the sums. */
  detail: string;
  /** True if this run has mended it, so that nobody has to. */
  isMended: boolean;
}

export interface ReconcileParts {
  database: DataSource;
  provider: PaymentProvider;
  moderator: Moderator;
  /** Asks the provider about the order and settles what it received: the same call as the poll's. Throws UpstreamError. */
  settle: (order: TopupOrder) => Promise<unknown>;
  /** Enters a payment of an order that we do not have, or that was never confirmed, as an exception, once. */
  enterException: (invoice: ListedInvoice) => Promise<unknown>;
}

export interface ReconcileRequest {
  since: Date;
  /** True to settle and enter nothing. */
  isDryRun: boolean;
  onFinding: (finding: Finding) => void;
  /** When it is aborted, the run ends after the orders in flight, and throws. */
  stopping?: AbortSignal;
}

export interface ReconcileSummary {
  /** Invoices that the provider listed. */
  invoices: number;
  /** Compared invoices whose number is not of our form: another product's, or made by hand. */
  foreign: number;
}

const AT_ONCE = 8;

/**
 * Compares every invoice that changed since a time with our orders and with accounting, because a failover to an asynchronous
 * standby loses commits that nothing here remembers, and a webhook may be lost for longer than the late poll lasts. Settles a
 * payment that is not credited, and stores a PI that is booked; the rest is for an operator. One page of the provider's list
 * is in memory at a time. Every step is idempotent, so a run that ends early is simply run again. Throws UpstreamError if the
 * list fails; a failure about one order is a finding.
 */
export async function reconcileInvoices(parts: ReconcileParts, request: ReconcileRequest): Promise<ReconcileSummary> {
  const summary = { invoices: 0, foreign: 0 };
  const limit = pLimit(AT_ONCE);
  for await (const { invoices, unreadable } of parts.provider.invoicesSince(request.since)) {
    summary.invoices += invoices.length + unreadable.length;
    for (const { id, reason } of unreadable) {
      const detail = `Invoice ${id ?? 'without an id'} cannot be read: ${reason}.`;
      request.onFinding({ kind: 'not_compared', orderNumber: '-', detail, isMended: false });
    }
    const byNumber = Map.groupBy(invoices, ({ externalId }) => externalId);
    const ours = [...byNumber].filter(([number]) => isOrderNumber(number));
    summary.foreign += invoices.length - ours.flatMap(([, listed]) => listed).length;
    const orders = await ordersNumbered(
      parts.database,
      ours.map(([number]) => number),
    );
    const compareOne = async ([number, listed]: [string, ListedInvoice[]]) => {
      request.stopping?.throwIfAborted();
      const findings = await reconcileOrder(parts, request, number, { order: orders.get(number), listed });
      for (const finding of findings) request.onFinding(finding);
    };
    await Promise.all(ours.map((entry) => limit(compareOne, entry)));
  }
  return summary;
}

interface Listed {
  order: TopupOrder | undefined;
  /** The order's invoices on one page of the list. */
  listed: readonly ListedInvoice[];
}

async function reconcileOrder(
  parts: ReconcileParts,
  { isDryRun }: ReconcileRequest,
  orderNumber: string,
  { order, listed }: Listed,
): Promise<Finding[]> {
  if (isPlain(order, listed)) return [];
  try {
    const { books, unanswered } = await booksOf(parts, orderNumber, order, listed);
    const before = compareBooks(books);
    const uncompared = unanswered === undefined ? [] : [notCompared(orderNumber, unanswered)];
    if (isDryRun) {
      const found = asFindings(orderNumber, before, new Set());
      return [...(await forSomebody(parts, order, listed, found)), ...uncompared];
    }
    const { current, mended } = await mend(parts, order, listed, before);
    const after = compareBooks({ ...books, order: current && factsOf(current) });
    const left = new Set(after.map(({ kind }) => kind));
    const resolved = before.filter(({ kind }) => !left.has(kind));
    const findings = asFindings(
      orderNumber,
      [...resolved, ...after],
      new Set([...resolved.map(({ kind }) => kind), ...mended]),
    );
    return [...(await forSomebody(parts, current, listed, findings)), ...uncompared];
  } catch (error) {
    if (!isUpstreamError(error)) throw error;
    return [notCompared(orderNumber, error)];
  }
}

const notCompared = (orderNumber: string, { message }: UpstreamError): Finding => ({
  kind: 'not_compared',
  orderNumber,
  detail: `It could not be compared: ${message}.`,
  isMended: false,
});

/** Returns true for an order about which the list alone tells that nothing is amiss. Most are: neighbours are asked no more. */
function isPlain(order: TopupOrder | undefined, listed: readonly ListedInvoice[]): boolean {
  const { received, foreign, payableInvoices } = moneyOf(listed);
  if (order !== undefined && CREDITED.has(order.status)) {
    return order.paidInvoiceNumber !== null && foreign.length === 0 && received === factsOf(order).payable;
  }
  return !listed.some(hasPaid) && (order !== undefined || payableInvoices.length === 0);
}

/** Settles, stores and enters what a machine can. Returns the order after that, and the kinds that a job mends soon. */
async function mend(
  parts: ReconcileParts,
  order: TopupOrder | undefined,
  listed: readonly ListedInvoice[],
  differences: readonly Difference[],
): Promise<{ current: TopupOrder | undefined; mended: readonly DifferenceKind[] }> {
  const has = (wanted: DifferenceKind) => differences.some(({ kind }) => kind === wanted);
  if (order === undefined || order.confirmedAt === null) {
    for (const invoice of listed.filter(hasPaid)) await parts.enterException(invoice);
    return { current: order, mended: [] };
  }
  // If more or less was received for a credited order, the settle function enters an exception, which an operator can close.
  if (has('payment_not_credited') || has('sums_differ')) await parts.settle(order);
  const current = (await orderNumbered(parts.database, order.number)) ?? order;
  if (!has('pi_not_stored') || !AWAITS_BOOKING.has(current.status)) return { current, mended: [] };
  // Moderator answers the booking with the PI that it has.
  await withLockedOrder(parts.database, order.number, (tx, locked) => runJobsNow(tx, locked));
  return { current, mended: ['pi_not_stored'] };
}

const asFindings = (orderNumber: string, differences: readonly Difference[], mended: ReadonlySet<DifferenceKind>) =>
  differences.map(({ kind, detail }) => ({ kind, orderNumber, detail, isMended: mended.has(kind) }));

/** An operator has decided about this money already. A PI that is missing here stays a finding all the same. */
const OF_MONEY: ReadonlySet<DifferenceKind> = new Set(['order_unknown', 'payment_not_credited', 'sums_differ']);

/** Leaves out what an operator has decided: a sum that was approved, or exceptions that are all closed. */
async function forSomebody(
  { database, provider }: ReconcileParts,
  order: TopupOrder | undefined,
  listed: readonly ListedInvoice[],
  findings: readonly Finding[],
): Promise<Finding[]> {
  if (!findings.some(({ kind, isMended }) => OF_MONEY.has(kind) && !isMended)) return [...findings];
  const ids = listed.filter(hasPaid).map(({ id }) => id);
  const closed = await invoicesWithClosedExceptions(database, provider.name, ids);
  const isDecided = ids.some((id) => closed.has(id)) || (order !== undefined && (await isApproved(database, order.id)));
  return findings.filter(({ kind, isMended }) => isMended || !isDecided || !OF_MONEY.has(kind));
}
