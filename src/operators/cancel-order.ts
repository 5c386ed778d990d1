import type { DataSource, EntityManager } from 'typeorm';
import { isUpstreamError } from '../clients/upstream-error.ts';
import { mailJob } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { formatRupiah } from '../kernel/money.ts';
import { canMove, END_CAUSES, moveOrder, orderNumbered, type TopupOrder, UNDER_REVIEW } from '../orders/index.ts';
import {
  type EndedInvoices,
  endInvoices,
  type Invoice,
  openPayments,
  type PaymentProvider,
} from '../payments/index.ts';
import { enqueueJob } from '../platform/jobs/job.ts';
import { noSuchOrder, withLockedOrder } from './locked-order.ts';
import { OperatorRefusal, type Signed } from './operator-refusal.ts';

export interface CancelledOrder {
  order: TopupOrder;
  /** The outcome for its invoices; undefined for a draft, which has none. */
  invoices?: EndedInvoices;
}

interface CancelParts {
  database: DataSource;
  clock: Clock;
  /** Called only if the order was confirmed. */
  provider: () => PaymentProvider;
}

/**
 * Cancels an order that its buyer, the poll and time cannot end, such as one whose invoice the provider has lost: DRAFT or
 * PENDING_PAYMENT → CANCELLED. Asks the provider first, and refuses if anything was received, or if a payment for the order
 * awaits an operator. A payment that still arrives later is credited, as for every cancelled order. A crash between the void
 * and the move leaves a pending order that nobody can pay: the operator runs the command again.
 */
export async function cancelOrder(parts: CancelParts, orderNumber: string, by: Signed): Promise<CancelledOrder> {
  const { database, clock, provider } = parts;
  const snapshot = await orderNumbered(database, orderNumber);
  if (snapshot === null) throw noSuchOrder(orderNumber);
  assertCancellable(snapshot);
  // Before the void too: a refusal leaves the invoice as it is.
  await assertNoOpenPayment(database, orderNumber);
  const invoices = snapshot.confirmedAt === null ? undefined : await endKnownInvoices(database, provider(), snapshot);
  return withLockedOrder(database, orderNumber, async (tx, order) => {
    assertCancellable(order);
    if (order.status !== snapshot.status || order.paymentInvoiceId !== snapshot.paymentInvoiceId)
      throw new OperatorRefusal(`${orderNumber} has just changed: run the command again.`);
    await assertNoOpenPayment(tx, orderNumber);
    await moveOrder(tx, order, 'CANCELLED', { at: clock.now(), cause: END_CAUSES.OPERATOR, ...by });
    if (order.confirmedAt !== null) await enqueueJob(tx, mailJob('order_cancelled', order));
    return { order, invoices };
  });
}

function assertCancellable({ number, status }: TopupOrder): void {
  if (UNDER_REVIEW.has(status))
    throw new OperatorRefusal(`${number} is PAYMENT_REVIEW: something was received, so approve or refund it instead.`);
  if (!canMove(status, 'CANCELLED'))
    throw new OperatorRefusal(`${number} is ${status}: only an order in DRAFT or PENDING_PAYMENT can be cancelled.`);
}

async function endKnownInvoices(
  database: DataSource,
  provider: PaymentProvider,
  order: TopupOrder,
): Promise<EndedInvoices> {
  const ended = await endInvoices(database, provider, order).catch((error: Error) => {
    if (!isUpstreamError(error)) throw error;
    throw new OperatorRefusal(
      `${order.number} was not cancelled, because the provider must first tell what it received: ${error.message}. Try again later.`,
    );
  });
  if (ended.received.length === 0) return ended;
  const sums = ended.received.map(describeReceived).join(', ');
  throw new OperatorRefusal(
    `${order.number} was not cancelled: ${provider.name} received ${sums}. Run \`npm run orders -- retry ${order.number}\`, which settles it.`,
  );
}

function describeReceived({ id, paid }: Invoice): string {
  if (paid === null) return `a payment for invoice ${id}`;
  return `${paid.rupiah === null ? `${paid.currency} ${paid.text}` : formatRupiah(paid.rupiah)} for invoice ${id}`;
}

async function assertNoOpenPayment(database: DataSource | EntityManager, orderNumber: string): Promise<void> {
  const open = (await openPayments(database)).find((payment) => payment.orderNumber === orderNumber);
  if (open === undefined) return;
  throw new OperatorRefusal(
    `${orderNumber} was not cancelled: the payment exception ${open.id} (${open.outcome}) names it. Close that first.`,
  );
}
