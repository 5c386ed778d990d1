import { addSeconds, type Clock } from '../kernel/clock.ts';
import { actorOf, organizationToWrite } from '../organizations/index.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { currentTraceParent, factsOf, inSpan, setFacts } from '../platform/telemetry/spans.ts';
import type { QuoteOrder } from './quote-order.ts';
import { isQuoteOver } from './rules/confirm.ts';
import { type KeyUse, keyUse } from './rules/idempotency-key.ts';
import type { IdentifyOrder } from './rules/order-identity.ts';
import { readPurchaseOrderNumber } from './rules/purchase-order-number.ts';
import type { Withholding } from './rules/quote.ts';
import { idempotencyConflict, quoteExpired, tooManyLiveDrafts, type UserError } from './rules/user-error.ts';
import { wantedItems } from './rules/wanted-items.ts';
import { orderOfKey, storeDraft } from './store/drafts.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';

export interface CreateOrderInput {
  organizationId?: string;
  items: readonly { optionId: string; quantity: bigint }[];
  /** The tax that the buyer declares to keep back. */
  withholding?: Withholding | undefined;
  /** The buyer's own number for this purchase. */
  purchaseOrderNumber?: string | undefined;
  idempotencyKey: string;
}

/** The current order, if it exists, and the reasons for a refusal. */
export interface OrderOutcome {
  order?: TopupOrder;
  userErrors: UserError[];
}

/**
 * Creates a DRAFT with frozen prices, lines and totals, which expires after quoteTtlSeconds (domain.md 8). One
 * transaction stores the order, its lines, its first step and the idempotency key. A crash before the commit leaves
 * nothing; a repeat with the same key returns the same order, with QUOTE_EXPIRED once its quote is over.
 */
export class CreateOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly quotes: QuoteOrder,
    private readonly clock: Clock,
    private readonly options: { quoteTtlSeconds: number; maxLiveDrafts: number; identify: IdentifyOrder },
  ) {}

  /** Creates the order in its own span: later steps of the order join its trace. */
  create(request: RequestContext, input: CreateOrderInput): Promise<OrderOutcome> {
    return inSpan('create order', {}, async (span) => {
      const outcome = await this.createOnce(request, input);
      setFacts(span, { ...(outcome.order && factsOf(outcome.order)), outcome: outcome.userErrors[0]?.code ?? 'ok' });
      return outcome;
    });
  }

  private async createOnce(request: RequestContext, input: CreateOrderInput): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request, input.organizationId);
    const purchaseOrderNumber = readPurchaseOrderNumber(input.purchaseOrderNumber);
    const use = keyUse(organizationId, 'create', input.idempotencyKey, contentOf({ ...input, purchaseOrderNumber }));
    // A repeat needs no quote. The key's unique constraint still decides when the draft is stored.
    const repeat = await this.repeated(request, use);
    if (repeat !== undefined) return repeat;

    const items = wantedItems(organizationId, input.items);
    if (!items.ok) return { userErrors: items.error };
    const withholding = input.withholding ?? null;
    const quoted = await this.quotes.quote(request, organizationId, { items: items.value, withholding });
    if (!quoted.ok) return { userErrors: quoted.error };

    const at = this.clock.now();
    const draft = {
      use,
      ...quoted.value,
      withholding,
      purchaseOrderNumber: purchaseOrderNumber ?? null,
      quoteExpiresAt: addSeconds(at, this.options.quoteTtlSeconds),
      traceParent: currentTraceParent(),
      cause: { at, cause: 'createTopupOrder', ...actorOf(request) },
    };
    const order = await storeDraft(this.database, request, draft, this.options);
    if (order === 'full') return { userErrors: [tooManyLiveDrafts(this.options.maxLiveDrafts)] };
    if (order !== undefined) return { order, userErrors: [] };
    return (await this.repeated(request, use)) ?? { userErrors: [idempotencyConflict()] };
  }

  /** Answers a repeat with the first call's order; undefined if the key is new. An expired draft cannot be confirmed any more. */
  private async repeated(request: RequestContext, use: KeyUse): Promise<OrderOutcome | undefined> {
    const order = await orderOfKey(this.database, request, use);
    if (order === undefined) return undefined;
    if (order === 'conflict') return { userErrors: [idempotencyConflict()] };
    const expired = quoteExpired(['input', 'idempotencyKey']);
    if (order === 'pruned') return { userErrors: [expired] };
    return { order, userErrors: isQuoteOver(order, this.clock.now()) ? [expired] : [] };
  }
}

/** Returns the same content for the same items, whatever their order. Keys from before there were the other inputs stay valid. */
function contentOf({ items, withholding, purchaseOrderNumber }: CreateOrderInput) {
  const wanted = items
    .map(({ optionId, quantity }) => ({ optionId, quantity: quantity.toString() }))
    .sort((a, b) => (a.optionId < b.optionId ? -1 : 1));
  const others = { withholding, purchaseOrderNumber };
  return Object.values(others).every((value) => value === undefined) ? wanted : { items: wanted, ...others };
}
