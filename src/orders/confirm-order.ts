import type { EntityManager } from 'typeorm';
import { isUpstreamError, type UpstreamError } from '../clients/upstream-error.ts';
import { addSeconds, type Clock } from '../kernel/clock.ts';
import type { Rupiah } from '../kernel/money.ts';
import { organizationToWrite, requireCaller } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, setFacts } from '../platform/telemetry/spans.ts';
import type { OrderOutcome } from './create-order.ts';
import type { IssueInvoice } from './issue-invoice.ts';
import { issueInvoiceJob, jobOfOrder } from './order-jobs.ts';
import type { QuoteOrder } from './quote-order.ts';
import { type Quote, sameQuote } from './rules/quote.ts';
import {
  idempotencyConflict,
  orderNotFound,
  paymentProviderUnavailable,
  type UserError,
  userError,
} from './rules/user-error.ts';
import { lockExcess } from './store/claimed-excess.ts';
import { findKeyUse, isKeyTaken, type KeyUse, keyUse, repeatOf } from './store/idempotency.ts';
import { moveToPayment } from './store/move-to-payment.ts';
import { frozenPeriods, replaceLines } from './store/order-lines.ts';
import { linesOfOrders, ordersWithIds, orderWithin, theOrder } from './store/orders.reader.ts';
import { TopupOrder } from './store/topup-order.entity.ts';
import type { TopupOrderLine } from './store/topup-order-line.entity.ts';
import { appendEvent, lockOrder } from './store/transition.ts';

export interface ConfirmOrderInput {
  orderId: string;
  expectedTotal: bigint;
  idempotencyKey: string;
}

export interface ConfirmOutcome extends OrderOutcome {
  priceChange?: { oldTotal: Rupiah; newTotal: Rupiah };
}

/** The invoice is asked for inline; if that never happens (a crash), a job does it after this. */
const INVOICE_GRACE_SECONDS = 15;
const MAX_ATTEMPTS = 3;

/** What the checks before the transaction found, and the transaction finds changed. */
class OrderMoved extends Error {}

/**
 * DRAFT → PENDING_PAYMENT, for the total that the buyer saw and at prices asked for just now; then the invoice. The order,
 * the key and the job that will see to the invoice are committed before Mekari Pay is called: a crash in between, or a
 * Mekari Pay that is away, delays the payment link and loses nothing.
 */
export class ConfirmOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly quotes: QuoteOrder,
    private readonly invoices: IssueInvoice,
    private readonly clock: Clock,
    private readonly options: { quoteTtlSeconds: number; paymentTtlSeconds: number },
  ) {}

  async confirm(request: RequestContext, input: ConfirmOrderInput): Promise<ConfirmOutcome> {
    const organizationId = organizationToWrite(request);
    const content = [input.orderId, input.expectedTotal.toString()];
    const use = keyUse(organizationId, 'confirm', input.idempotencyKey, content);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const [uses, [order], lines] = await this.database.ask(
        request,
        findKeyUse(use),
        orderWithin(organizationId, input.orderId),
        linesOfOrders([input.orderId]),
      );
      const repeat = await this.repeatedBy(request, repeatOf(use, uses));
      if (repeat !== undefined) return repeat;
      if (order === undefined) return { userErrors: [orderNotFound()] };
      const refusal = this.refusal(order, input.expectedTotal);
      // This very key may have confirmed it between the two statements: then this is its repeat.
      if (refusal !== undefined) return (await this.repeated(request, use)) ?? { order, userErrors: [refusal] };
      try {
        return await this.traced(order, () => this.confirmDraft(request, use, { order, lines }));
      } catch (error) {
        // Another confirm, cancel or expiry was faster: what it left decides, from the start.
        if (!(error instanceof OrderMoved) && !isKeyTaken(error)) throw error;
      }
    }
    const message = 'The order is being changed by others at this moment: try again.';
    return { userErrors: [userError('INVALID_TRANSITION', message, { retryable: true })] };
  }

  private async repeated(request: RequestContext, use: KeyUse): Promise<ConfirmOutcome | undefined> {
    const [uses] = await this.database.ask(request, findKeyUse(use));
    return this.repeatedBy(request, repeatOf(use, uses));
  }

  private async repeatedBy(
    request: RequestContext,
    order: TopupOrder | 'conflict' | undefined,
  ): Promise<ConfirmOutcome | undefined> {
    if (order === undefined) return undefined;
    if (order === 'conflict') return { userErrors: [idempotencyConflict()] };
    return this.traced(order, () => this.withInvoice(request, order));
  }

  private traced(order: TopupOrder, confirm: () => Promise<ConfirmOutcome>): Promise<ConfirmOutcome> {
    return inOrderSpan('confirm order', order, async (span) => {
      const outcome = await confirm();
      setFacts(span, { outcome: outcome.userErrors[0]?.code ?? 'ok' });
      return outcome;
    });
  }

  private refusal(order: TopupOrder, expectedTotal: bigint): UserError | undefined {
    const field = ['input', 'orderId'];
    const quoteRanOut = order.status === 'DRAFT' && order.quoteExpiresAt <= this.clock.now();
    if (quoteRanOut || (order.status === 'EXPIRED' && order.confirmedAt === null)) {
      return userError('QUOTE_EXPIRED', 'The quote has run out: create the order again at current prices.', { field });
    }
    if (order.status !== 'DRAFT') {
      return userError('INVALID_TRANSITION', `The order is ${order.status}: only a DRAFT can be confirmed.`, { field });
    }
    if (order.total !== expectedTotal) {
      const message = `The order's total is ${order.total}, not ${expectedTotal}: show it to the buyer and confirm that.`;
      return userError('TOTAL_MISMATCH', message, { field: ['input', 'expectedTotal'] });
    }
    return undefined;
  }

  private async confirmDraft(
    request: RequestContext,
    use: KeyUse,
    { order, lines }: { order: TopupOrder; lines: readonly TopupOrderLine[] },
  ): Promise<ConfirmOutcome> {
    const items = lines
      .filter((line) => line.kind === 'TOPUP')
      .map((line) => ({ code: line.quotaCode, quantity: line.quantity, field: null }));
    const { organizationId, id: orderId } = order;
    const quoted = await this.quotes.quote(request, { organizationId, orderId, items });
    if (!quoted.ok) return { order, userErrors: quoted.error };
    const { quote, claimed, linesWithoutContractEnd } = quoted.value;
    if (linesWithoutContractEnd.length > 0) {
      const message = `Your contract has no end date in the future, which "${linesWithoutContractEnd.join('", "')}" needs.`;
      return { order, userErrors: [userError('CONTRACT_END_MISSING', message)] };
    }
    if (!sameQuote(lines, quote.lines)) return this.quoteAnew(request, order, quote);

    const cause = this.cause(request, 'confirmOrder');
    const move = moveToPayment({
      order,
      use,
      claimed,
      paymentExpiresAt: addSeconds(cause.at, this.options.paymentTtlSeconds),
      periods: frozenPeriods(lines, quote.lines),
      cause,
      job: jobOfOrder(issueInvoiceJob, order, { runAt: addSeconds(cause.at, INVOICE_GRACE_SECONDS) }),
    });
    // fault point: confirm, compared and not moved
    // Whether the same excess is claimed is read once those who confirmed before are done.
    const [, [moved]] = await this.database.tell(request, lockExcess(organizationId), move);
    if (moved === undefined) throw new OrderMoved();
    const { enqueued: _, ...confirmed } = moved;
    // fault point: confirm, committed and no invoice asked for
    return this.answer(request, orderId, await this.invoices.issueOf(confirmed, lines));
  }

  /** The same order at the new prices, still a DRAFT, for the buyer to see: never a silent new price (domain.md 5). */
  private async quoteAnew(request: RequestContext, order: TopupOrder, quote: Quote): Promise<ConfirmOutcome> {
    const requoted = await this.database.write(request, async (tx) => {
      const locked = await this.lockUnchanged(tx, order);
      const { lines, ...totals } = quote;
      const changes = { ...totals, quoteExpiresAt: addSeconds(this.clock.now(), this.options.quoteTtlSeconds) };
      await replaceLines(tx, locked.id, lines);
      await tx.update(TopupOrder, { id: locked.id }, changes);
      await appendEvent(tx, locked, 'DRAFT', 'DRAFT', this.cause(request, 'confirmOrder: price changed, quoted anew'));
      return Object.assign(locked, changes);
    });
    const message = `Prices, or what is owed, have changed: the total was ${order.total} and is ${quote.total} now. Nothing was ordered.`;
    return {
      order: requoted,
      priceChange: { oldTotal: order.total, newTotal: quote.total },
      userErrors: [userError('PRICE_CHANGED', message, { field: ['input', 'expectedTotal'], retryable: true })],
    };
  }

  /** Race-safe: the row is locked, and is what the checks before saw. */
  private async lockUnchanged(tx: EntityManager, seen: TopupOrder): Promise<TopupOrder> {
    const order = await lockOrder(tx, { id: seen.id });
    const unchanged =
      order?.status === 'DRAFT' &&
      order.total === seen.total &&
      order.quoteExpiresAt.getTime() === seen.quoteExpiresAt.getTime();
    if (!unchanged) throw new OrderMoved();
    return order;
  }

  private async withInvoice(request: RequestContext, { id }: TopupOrder): Promise<ConfirmOutcome> {
    return this.answer(request, id, await this.invoices.issue(id));
  }

  private async answer(
    request: RequestContext,
    id: string,
    issued: TopupOrder | UpstreamError,
  ): Promise<ConfirmOutcome> {
    if (!isUpstreamError(issued)) return { order: issued, userErrors: [] };
    const [current] = await this.database.ask(request, ordersWithIds([id]));
    return { order: theOrder(current, id), userErrors: [paymentProviderUnavailable(issued)] };
  }

  private cause(request: RequestContext, cause: string) {
    return { at: this.clock.now(), cause, actor: requireCaller(request).subject };
  }
}
