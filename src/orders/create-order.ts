import { addSeconds, type Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import { organizationToWrite, requireCaller } from '../organizations/index.ts';
import { violatesUnique } from '../platform/database/errors.ts';
import type { TenantDatabase } from '../platform/database/tenant-database.ts';
import type { RequestContext } from '../platform/request-context.ts';
import { currentTraceParent, factsOf, inSpan, setFacts } from '../platform/spans.ts';
import { parseOptionId } from '../topup-options/index.ts';
import { findKeyUse, isKeyTaken, type KeyUse, keyUse, recordKeyUse } from './idempotency.ts';
import { insertLines } from './order-lines.ts';
import { newOrderNumber } from './order-number.ts';
import { orderById } from './orders.reader.ts';
import type { QuotedOrder, QuoteOrder, WantedItem } from './quote-order.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { appendEvent } from './transition.ts';
import { idempotencyConflict, type UserError, userError } from './user-error.ts';

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

  private repeated(request: RequestContext, use: KeyUse): Promise<OrderOutcome | undefined> {
    return this.database.read(request, async (tx) => {
      const found = await findKeyUse(tx, use);
      if (found === undefined) return undefined;
      if (found === 'conflict') return { userErrors: [idempotencyConflict()] };
      return { order: await orderById(tx, found.orderId), userErrors: [] };
    });
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

  private storeNumbered(request: RequestContext, use: KeyUse, quoted: QuotedOrder): Promise<TopupOrder> {
    const now = this.clock.now();
    const { lines, ...totals } = quoted.quote;
    return this.database.write(request, async (tx) => {
      const order = tx.create(TopupOrder, {
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
      });
      await tx.insert(TopupOrder, order);
      await recordKeyUse(tx, use, order.id, now);
      await insertLines(tx, order.id, lines);
      const cause = { at: now, cause: 'createTopupOrder', actor: requireCaller(request).subject };
      await appendEvent(tx, order, null, 'DRAFT', cause);
      return order;
    });
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
