import { addSeconds, type Clock } from '../kernel/clock.ts';
import type { Rupiah } from '../kernel/money.ts';
import { actorOf, organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { inOrderSpan, setFacts } from '../platform/telemetry/spans.ts';
import type { OrderOutcome } from './create-order.ts';
import type { Invoicing } from './invoicing.ts';
import type { DraftToRequote, QuoteOrder, RequotedOrder } from './quote-order.ts';
import { approvalMissing } from './rules/approval.ts';
import { type ConfirmOrderInput, confirmKeyUse, confirmRefusal, isOtherQuote } from './rules/confirm.ts';
import type { KeyUse } from './rules/idempotency-key.ts';
import { PAYMENT_REFUSED } from './rules/order-state.ts';
import { type ChangedLine, changedLines, priceChanged } from './rules/price-change.ts';
import type { Quote } from './rules/quote.ts';
import {
  changedByOthers,
  idempotencyConflict,
  orderNotFound,
  paymentProviderUnavailable,
  paymentRefused,
  tooManyOrdersAwaitingPayment,
  userError,
} from './rules/user-error.ts';
import { type ConfirmFacts, moveToPayment, readConfirmFacts, requoteDraft } from './store/confirming.ts';
import { eventsOfOrders } from './store/orders.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';
import type { TopupOrderLine } from './store/topup-order-line.entity.ts';

export interface ConfirmOutcome extends OrderOutcome {
  priceChange?: { oldTotal: Rupiah; newTotal: Rupiah; lines: readonly ChangedLine[] };
}

/** A confirm asks for the invoice itself. This much later a job asks for it, in case the process died before. */
const INVOICE_GRACE_SECONDS = 15;
const MAX_ATTEMPTS = 3;

/**
 * Confirms an order: DRAFT → PENDING_PAYMENT, at the total that the buyer saw and at fresh prices; then gets its
 * invoice (domain.md 8). One commit stores the move, the idempotency key and the job for the invoice before the
 * provider is called. A crash in between, or an outage of the provider, delays the payment link and loses nothing.
 */
export class ConfirmOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly quotes: QuoteOrder,
    private readonly invoices: Invoicing,
    private readonly clock: Clock,
    private readonly options: { quoteTtlSeconds: number; paymentTtlSeconds: number; maxOrdersAwaitingPayment: number },
  ) {}

  async confirm(request: RequestContext, input: ConfirmOrderInput): Promise<ConfirmOutcome> {
    const organizationId = organizationToWrite(request);
    const use = confirmKeyUse(organizationId, input);
    let first: ConfirmFacts | undefined;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const found = await readConfirmFacts(this.database, request, use, input.orderId, {
        now: this.clock.now(),
        maxOrdersAwaitingPayment: this.options.maxOrdersAwaitingPayment,
      });
      first ??= found;
      const outcome = await this.confirmFound(request, use, input.expectedTotal, { ...found, first });
      if (outcome !== 'changed') return outcome;
    }
    return { userErrors: [changedByOthers()] };
  }

  /** Returns "changed" if another confirm, cancel or expiry moved the order first: the caller then reads it again. */
  private async confirmFound(
    request: RequestContext,
    use: KeyUse,
    expectedTotal: bigint,
    { repeat, order, hasRoom, first, ...draft }: ConfirmFacts & { first: ConfirmFacts },
  ): Promise<ConfirmOutcome | 'changed'> {
    if (repeat === 'conflict') return { userErrors: [idempotencyConflict()] };
    if (repeat === 'pruned') throw new Error(`key ${use.key} confirmed an order that is deleted`);
    if (repeat !== undefined) return this.traced(repeat, () => this.withInvoice(request, repeat));
    if (order === undefined) return { userErrors: [orderNotFound()] };
    const refusal = confirmRefusal(order, expectedTotal, this.clock.now());
    if (refusal !== undefined) return { order, userErrors: [refusal] };
    if (!hasRoom) return { order, userErrors: [tooManyOrdersAwaitingPayment(this.options.maxOrdersAwaitingPayment)] };
    // Another confirm has quoted it anew meanwhile. Its total may be the same; its prices are not.
    if (first.order !== undefined && isOtherQuote(first.order, order))
      return changedPrices({ ...first, order: first.order }, { ...order, lines: draft.lines }, order);
    return this.traced(order, () => this.confirmDraft(request, use, { order, ...draft }));
  }

  private async confirmDraft(
    request: RequestContext,
    use: KeyUse,
    draft: DraftToRequote,
  ): Promise<ConfirmOutcome | 'changed'> {
    const { order, lines } = draft;
    const quoted = await this.quotes.requote(request, draft);
    if (!quoted.ok) return { order, userErrors: quoted.error };
    const { taken, reported, periods, linesWithoutContractEnd, approvalLimit } = quoted.value;
    // Checked before the prices: a draft that awaits a decision keeps its total.
    const unapproved = approvalMissing(order, approvalLimit);
    if (unapproved !== undefined) return { order, userErrors: [unapproved] };
    if (linesWithoutContractEnd.length > 0) {
      const message = `"${linesWithoutContractEnd.join('", "')}" would be valid until your contract ends, but the contract has no end date in the future: order without it, or extend the contract first.`;
      return { order, userErrors: [userError('CONTRACT_END_MISSING', message)] };
    }
    if (periods === undefined) return this.refuseChangedPrices(request, draft, quoted.value);

    const cause = this.cause(request, 'confirmOrder');
    // fault point: confirm, compared and not moved
    const confirmed = await moveToPayment(this.database, request, {
      order,
      use,
      taken,
      reported,
      approvalLimit,
      maxOrdersAwaitingPayment: this.options.maxOrdersAwaitingPayment,
      paymentExpiresAt: addSeconds(cause.at, this.options.paymentTtlSeconds),
      periods,
      cause,
      job: this.invoices.fallbackJob(order, addSeconds(cause.at, INVOICE_GRACE_SECONDS)),
    });
    if (confirmed === undefined) return 'changed';
    // fault point: confirm, committed and no invoice asked for
    return this.withInvoice(request, confirmed, lines);
  }

  /**
   * Stores the new prices in the DRAFT and refuses the confirm: a price never changes without the buyer's consent
   * (domain.md 5).
   */
  private async refuseChangedPrices(
    request: RequestContext,
    { order, lines }: DraftToRequote,
    { quote, reported }: RequotedOrder,
  ): Promise<ConfirmOutcome | 'changed'> {
    const cause = this.cause(request, 'confirmOrder: price changed, quoted anew');
    const quoteExpiresAt = addSeconds(cause.at, this.options.quoteTtlSeconds);
    const requoted = await requoteDraft(this.database, request, { order, quote, reported, quoteExpiresAt, cause });
    if (requoted === undefined) return 'changed';
    return changedPrices({ order, lines }, quote, requoted);
  }

  private async withInvoice(
    request: RequestContext,
    confirmed: TopupOrder,
    lines?: readonly TopupOrderLine[],
  ): Promise<ConfirmOutcome> {
    const { order, failure, isRefused } = await this.invoices.issue(confirmed, lines);
    if (isRefused || (await this.wasRefused(request, order))) return { order, userErrors: [paymentRefused()] };
    return { order, userErrors: failure === undefined ? [] : [paymentProviderUnavailable(failure)] };
  }

  /** A repeat of a confirm whose invoice was refused answers as the first did. */
  private async wasRefused(request: RequestContext, { id, status }: TopupOrder): Promise<boolean> {
    if (status !== 'CANCELLED') return false;
    const [steps] = await this.database.reads(request, eventsOfOrders([id]));
    return steps.some(({ cause }) => cause === PAYMENT_REFUSED);
  }

  private traced<O extends ConfirmOutcome | 'changed'>(order: TopupOrder, confirm: () => Promise<O>): Promise<O> {
    return inOrderSpan('confirm order', order, async (span) => {
      const outcome = await confirm();
      setFacts(span, { outcome: outcome === 'changed' ? outcome : (outcome.userErrors[0]?.code ?? 'ok') });
      return outcome;
    });
  }

  private cause(request: RequestContext, cause: string) {
    return { at: this.clock.now(), cause, ...actorOf(request) };
  }
}

/** Refuses the confirm, and shows the quote that the buyer has seen beside the one of now. */
function changedPrices(
  { order: before, lines }: { order: TopupOrder; lines: readonly TopupOrderLine[] },
  now: Pick<Quote, 'total' | 'withheldTotal' | 'lines'>,
  order: TopupOrder,
): ConfirmOutcome {
  const { total, withheldTotal, approvalState } = before;
  return {
    order,
    priceChange: { oldTotal: total, newTotal: now.total, lines: changedLines(lines, now.lines) },
    userErrors: [priceChanged({ total, withheldTotal, isSubmitted: approvalState !== null }, now)],
  };
}
