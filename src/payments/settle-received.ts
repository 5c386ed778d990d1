import type { DataSource, EntityManager } from 'typeorm';
import { UpstreamError } from '../clients/upstream-error.ts';
import { paidJobs } from '../fulfilment/index.ts';
import type { Clock } from '../kernel/clock.ts';
import { formatRupiah } from '../kernel/money.ts';
import {
  isExcessPaidTwice,
  linesOfOrder,
  lockOrder,
  moveOrder,
  type OrderStatus,
  PAYMENT_RECEIVED,
  payableOf,
  recordStep,
  setReviewReason,
  type TopupOrder,
  UNDER_REVIEW,
  withdrawLink,
} from '../orders/index.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { closeGivenBack } from './close-given-back.ts';
import { enqueueMail, paymentsIn } from './mail-of-answer.ts';
import { factsOf } from './order-facts.ts';
import type { Invoice } from './provider.ts';
import type { ReportOutcome } from './report-outcome.ts';
import {
  decideReceived,
  type MoneyException,
  type ReceivedDecision,
  type ReceivedSums,
} from './rules/decide-payment.ts';
import type { PaymentOutcome } from './rules/payment-outcomes.ts';
import { PAYABLE_STATUSES } from './rules/provider-end.ts';
import { newSteps, paymentsWithoutMove, sumsOf } from './rules/received-sum.ts';
import { isInvoiceTaken } from './store/invoice-owners.ts';
import type { OrderPayment } from './store/order-payment.entity.ts';
import { enterPayments, type InboxFacts, moneyOf } from './store/order-payments.ts';
import type { PaymentEvent, PaymentSource } from './store/payment-event.entity.ts';
import { enterResults } from './store/payment-events.ts';
import { creditOrder } from './store/settlement.ts';
import { answeredPayment, resultEvent, timeException } from './store/settlement-rows.ts';

/** The provider's answer about an order: every invoice that was ever made for it. */
export interface Answer {
  provider: string;
  source: Exclude<PaymentSource, 'webhook'>;
  invoices: readonly Invoice[];
}

export interface Received {
  order: TopupOrder;
  /** True if anything was ever received for the order. */
  isAny: boolean;
}

/**
 * Another order got an invoice of the answer after its owner was read. Nothing was settled. If the provider is asked again, the
 * invoice is set apart.
 */
export class InvoiceTaken extends UpstreamError {
  constructor(provider: string) {
    super(provider, 'malformed', "it gave another order's invoice");
  }
}

/** The answer, the order's row lock and everything that follows from both. */
interface Settling extends Answer {
  order: TopupOrder;
  sums: ReceivedSums;
  /** Earlier payments and those of this answer, oldest first. */
  payments: readonly OrderPayment[];
  at: Date;
}

const OUTCOMES: Partial<Record<OrderStatus, PaymentOutcome>> = {
  PAID: 'settled',
  PAYMENT_REVIEW: 'review',
  REFUNDED: 'returned',
};

/**
 * Settles the provider's answer about an order: enters what it shows as new, sums over all invoices, and decides. One
 * transaction under the order's row lock, so that answers and notices that overlap enter each payment once; a crash leaves
 * all of it or nothing, and the next check starts again. An older answer that arrives late adds nothing.
 */
export class SettleReceived {
  constructor(
    private readonly database: DataSource,
    private readonly clock: Clock,
    private readonly report: ReportOutcome,
  ) {}

  /** Throws InvoiceTaken. */
  async settle(orderId: string, answer: Answer): Promise<Received> {
    const settled = await inTransaction(this.database, (tx) => this.settleIn(tx, orderId, answer));
    // fault point: review, committed and not answered
    const { order, events, excessPaidTwice } = settled;
    for (const event of events) {
      this.report({ ...event, order, excessPaidTwice: excessPaidTwice && event.outcome === 'settled' });
    }
    return { order, isAny: settled.isAny };
  }

  /**
   * Settles in the caller's transaction, such as one that is rolled back to show what would come of it. Reports nothing. Throws
   * InvoiceTaken.
   */
  async settleIn(tx: EntityManager, orderId: string, answer: Answer) {
    const order = await lockOrder(tx, { id: orderId });
    if (order === undefined) throw new Error(`there is no order ${orderId}`);
    return this.settleLocked(tx, order, answer).catch((error) => {
      throw isInvoiceTaken(error) ? new InvoiceTaken(answer.provider) : error;
    });
  }

  private async settleLocked(tx: EntityManager, order: TopupOrder, answer: Answer) {
    const at = this.clock.now();
    const { payments, inbox } = await moneyOf(tx, order.id);
    const steps = newSteps(payments, answer.provider, answer.invoices);
    const rows = steps.map((step) => answeredPayment(order, step, at));
    const sums = sumsOf([...payments, ...steps], answer.invoices, inbox.hasForeign);
    const decision = decideReceived(factsOf(order), sums, {
      ...inbox,
      before: sumsOf(payments, [], false),
      foreignRose: steps.some(({ amount }) => amount === null),
    });
    const settling = { ...answer, order, sums, payments: [...payments, ...rows], at };
    const times = rows.flatMap((row, index) =>
      timeException(order, row, answer.source, (row.kind === 'PAYMENT' && steps[index]?.invoice.paidAt) || null),
    );
    await enterPayments(tx, rows);
    // fault point: review, payments entered and order not moved
    const reasonBefore = order.reviewReason;
    const { excessPaidTwice } = await walk(tx, settling, decision);
    for (const _ of paymentsWithoutMove(rows, decision.walk))
      await recordStep(tx, order, { at, cause: `${PAYMENT_RECEIVED}: ${answer.source}`, actor: null });
    await withdrawDeadLink(tx, order, answer.invoices);
    const isOtherReason = order.reviewReason !== reasonBefore;
    await enqueueMail(tx, order, { isMoved: decision.walk.length > 0, isOtherReason, rows, all: settling.payments });
    const events = [...resultsOf(settling, decision, rows.length > 0), ...times, ...othersOf(settling, inbox)];
    await enterResults(tx, events);
    const explained = events.filter(({ outcome }) => outcome === 'refunded').map(({ id }) => id);
    const wentBack = rows.some(({ kind }) => kind === 'REFUND');
    const closed = new Set(wentBack ? await closeGivenBack(tx, order, at, explained) : []);
    // fault point: review, moved and not committed
    // An exception that is closed at once concerns nobody.
    const open = events.filter(({ id }) => !closed.has(id));
    return { order, events: open, excessPaidTwice, isAny: sums.paid > 0n || sums.hasForeign };
  }
}

/** Moves the locked order through the statuses of the decision. */
async function walk(tx: EntityManager, settling: Settling, { walk: statuses, reviewReason }: ReceivedDecision) {
  const { order, source, provider, payments, at } = settling;
  const cause = { at, cause: `payment: ${source}`, actor: null };
  const invoiceId = invoiceOf(settling);
  const link =
    order.paymentInvoiceId === null && invoiceId !== ''
      ? { paymentProvider: provider, paymentInvoiceId: invoiceId }
      : {};
  let excessPaidTwice = false;
  for (const to of statuses) {
    if (to === 'PAID') {
      excessPaidTwice = await isExcessPaidTwice(tx, order);
      const paidAt = payments.findLast(({ kind }) => kind === 'PAYMENT')?.receivedAt ?? at;
      await creditOrder(
        tx,
        order,
        await linesOfOrder(tx, order.id),
        { provider, invoiceId, paidAt },
        cause,
        paidJobs(order, paymentsIn(payments)),
      );
    } else {
      await moveOrder(tx, order, to, cause, link);
    }
  }
  if (reviewReason !== undefined) await setReviewReason(tx, order, reviewReason);
  return { excessPaidTwice };
}

/** The rest of an underpaid order can be paid only as long as one of its invoices can. */
async function withdrawDeadLink(tx: EntityManager, order: TopupOrder, invoices: readonly Invoice[]): Promise<void> {
  if (!UNDER_REVIEW.has(order.status) || order.paymentUrl === null) return;
  if (invoices.some(({ status }) => PAYABLE_STATUSES.has(status))) return;
  await withdrawLink(tx, order.id);
  order.paymentUrl = null;
}

/** The invoice that the results name: that of the latest payment, else the order's own. */
const invoiceOf = ({ order, payments }: Settling): string => payments.at(-1)?.invoiceId ?? order.paymentInvoiceId ?? '';

/** One event for each move, or for a payment that moved nothing; and one for each exception. */
function resultsOf(
  settling: Settling,
  { walk: statuses, exceptions }: ReceivedDecision,
  isNew: boolean,
): PaymentEvent[] {
  const { order, provider, source, sums, at } = settling;
  const base = { provider, source, invoiceId: invoiceOf(settling), at };
  const received = sums.paid - sums.refunded;
  const foreign = sums.hasForeign ? ' Another currency came in, or a notice named it.' : '';
  const sentence = `${formatRupiah(received)} received of ${formatRupiah(payableOf(order))}.${foreign}`;
  const moves = statuses.flatMap((status) => OUTCOMES[status] ?? []);
  const outcomes: PaymentOutcome[] = moves.length === 0 && isNew ? ['received'] : moves;
  return [
    ...outcomes.map((outcome) => resultEvent(order, { ...base, outcome, amount: received, detail: sentence })),
    ...exceptions.map((exception) =>
      resultEvent(order, { ...base, ...exception, detail: describe(exception, sentence) }),
    ),
  ];
}

/** A notice names money in an invoice that is not the order's, and the provider confirms it: a person must find its owner. */
function othersOf({ order, provider, source, invoices, at }: Settling, inbox: InboxFacts): PaymentEvent[] {
  const known = new Set([...invoices.map(({ id }) => id), ...inbox.otherInvoices]);
  const detail = 'A notice says that it was paid for this order, and the provider has no such invoice of the order.';
  return inbox.hintedInvoices
    .filter((invoiceId) => !known.has(invoiceId))
    .map((invoiceId) =>
      resultEvent(order, { provider, source, invoiceId, outcome: 'other_invoice', amount: null, detail, at }),
    );
}

function describe({ outcome, amount }: MoneyException, sentence: string): string {
  const sum = amount === null ? 'An unknown sum' : formatRupiah(amount);
  return outcome === 'surplus'
    ? `${sentence} ${sum} came in beyond what was asked for: give it back, or agree on it with the buyer.`
    : `${sentence} ${sum} of it was given back or charged back after the credit.`;
}
