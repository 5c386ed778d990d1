import { addSeconds, type Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { organizationToWrite, requireCaller } from '../organizations/index.ts';
import { violatesUnique } from '../platform/database/errors.ts';
import { call, statement } from '../platform/database/statement.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/server/request-context.ts';
import { currentTraceParent, factsOf, inSpan, setFacts } from '../platform/telemetry/spans.ts';
import { parseOptionId } from '../topup-options/index.ts';
import type { QuotedOrder, QuoteOrder, WantedItem } from './quote-order.ts';
import { newOrderNumber } from './rules/order-number.ts';
import { idempotencyConflict, type UserError, userError } from './rules/user-error.ts';
import { findKeyUse, isKeyTaken, type KeyUse, keyUse, recordKeyUse, repeatOf } from './store/idempotency.ts';
import { linesToInsert } from './store/order-lines.ts';
import type { TopupOrder } from './store/topup-order.entity.ts';
import { eventOf } from './store/transition.ts';

export interface CreateOrderInput {
  organizationId?: string;
  items: readonly { optionId: string; quantity: bigint }[];
  idempotencyKey: string;
}

export interface OrderOutcome {
  order?: TopupOrder;
  userErrors: UserError[];
}

const MAX_NUMBER_DRAWS = 5;

const INSERT = statement(
  `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
     quote_expires_at, correlation_id, trace_parent, created_at)
   values ($1, $2, $3, $4, 'DRAFT', $5, $6, $7, $8, $9, $10, $11)`,
);

function orderToInsert(order: TopupOrder) {
  const { id, number, organizationId, organizationName, topupTotal, excessTotal, total, quoteExpiresAt } = order;
  const what = [id, number, organizationId, organizationName, topupTotal, excessTotal, total, quoteExpiresAt];
  return call(INSERT, ...what, order.correlationId, order.traceParent, order.createdAt);
}

/** What a draft has none of. */
const NOT_CONFIRMED = {
  confirmedAt: null,
  paymentExpiresAt: null,
  paymentInvoiceId: null,
  paymentUrl: null,
  paymentCheckedAt: null,
  paidAt: null,
  completedAt: null,
  paidInvoiceNumber: null,
};

/**
 * Freezes prices, lines and totals as a DRAFT that lives for the quote's time. In one transaction: the order, its lines, its
 * first event, the key. A crash before the commit leaves nothing; a repeat with the same key finds the order.
 */
export class CreateOrder {
  constructor(
    private readonly database: TenantDatabase,
    private readonly quotes: QuoteOrder,
    private readonly clock: Clock,
    private readonly options: { quoteTtlSeconds: number },
  ) {}

  /** What is done about the order later is part of the trace in which it was created. */
  create(request: RequestContext, input: CreateOrderInput): Promise<OrderOutcome> {
    return inSpan('create order', {}, async (span) => {
      const outcome = await this.createOnce(request, input);
      setFacts(span, { ...(outcome.order && factsOf(outcome.order)), outcome: outcome.userErrors[0]?.code ?? 'ok' });
      return outcome;
    });
  }

  private async createOnce(request: RequestContext, input: CreateOrderInput): Promise<OrderOutcome> {
    const organizationId = organizationToWrite(request, input.organizationId);
    const items = input.items.map(({ optionId, quantity }) => ({ optionId, quantity: quantity.toString() }));
    const content = items.toSorted((a, b) => (a.optionId < b.optionId ? -1 : 1));
    const use = keyUse(organizationId, 'create', input.idempotencyKey, content);
    // Best effort: spares the quote. The unique key decides in the transaction below.
    const repeat = await this.repeated(request, use);
    if (repeat !== undefined) return repeat;

    const wanted = wantedItems(organizationId, input.items);
    if (!wanted.ok) return { userErrors: wanted.errors };
    const quoted = await this.quotes.quote(request, { organizationId, items: wanted.items });
    if (!quoted.ok) return { userErrors: quoted.error };
    try {
      return { order: await this.store(request, use, quoted.value), userErrors: [] };
    } catch (error) {
      if (!isKeyTaken(error)) throw error;
      return (await this.repeated(request, use)) ?? { userErrors: [idempotencyConflict()] };
    }
  }

  private async repeated(request: RequestContext, use: KeyUse): Promise<OrderOutcome | undefined> {
    const [uses] = await this.database.ask(request, findKeyUse(use));
    const order = repeatOf(use, uses);
    if (order === undefined) return undefined;
    return order === 'conflict' ? { userErrors: [idempotencyConflict()] } : { order, userErrors: [] };
  }

  private async store(request: RequestContext, use: KeyUse, quoted: QuotedOrder): Promise<TopupOrder> {
    for (let draw = 1; ; draw++) {
      try {
        return await this.storeNumbered(request, use, quoted);
      } catch (error) {
        if (draw >= MAX_NUMBER_DRAWS || !violatesUnique(error, 'topup_orders_number_key')) throw error;
      }
    }
  }

  private async storeNumbered(request: RequestContext, use: KeyUse, quoted: QuotedOrder): Promise<TopupOrder> {
    const now = this.clock.now();
    const { lines, ...totals } = quoted.quote;
    const order: TopupOrder = {
      ...NOT_CONFIRMED,
      ...totals,
      id: newId(),
      number: newOrderNumber(now),
      organizationId: use.organizationId,
      organizationName: quoted.organizationName,
      status: 'DRAFT',
      quoteExpiresAt: addSeconds(now, this.options.quoteTtlSeconds),
      correlationId: request.correlationId,
      traceParent: currentTraceParent(),
      createdAt: now,
    };
    const cause = { at: now, cause: 'createTopupOrder', actor: requireCaller(request).subject };
    await this.database.tell(
      request,
      orderToInsert(order),
      recordKeyUse(use, order.id, now),
      linesToInsert(order.id, lines),
      eventOf(order, null, 'DRAFT', cause),
    );
    return order;
  }
}

/** Which quotas are wanted; refusals for what cannot be: nothing, twice the same, another organization's option. */
function wantedItems(
  organizationId: string,
  items: CreateOrderInput['items'],
): { ok: true; items: WantedItem[] } | { ok: false; errors: UserError[] } {
  if (items.length === 0) {
    const error = userError('EMPTY_ORDER', 'An order needs at least one item.', { field: ['input', 'items'] });
    return { ok: false, errors: [error] };
  }
  const errors: UserError[] = [];
  const wanted = new Map<string, WantedItem>();
  for (const [index, { optionId, quantity }] of items.entries()) {
    const field = ['input', 'items', String(index)];
    const at = { field: [...field, 'optionId'] };
    const option = parseOptionId(optionId);
    if (option === undefined || option.organizationId !== organizationId) {
      errors.push(userError('OPTION_UNAVAILABLE', 'This option is not available to your organization.', at));
    } else if (wanted.has(option.code)) {
      errors.push(
        userError('DUPLICATE_OPTION', 'This option is in the order already: put both into one quantity.', at),
      );
    } else {
      wanted.set(option.code, { code: option.code, quantity, field });
    }
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, items: [...wanted.values()] };
}
