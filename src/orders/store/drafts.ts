import type { EntityManager } from 'typeorm';
import { newId } from '../../kernel/ids.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import type { Query } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { KeyUse } from '../rules/idempotency-key.ts';
import { newOrderNumber } from '../rules/order-number.ts';
import type { Cause } from '../rules/order-state.ts';
import type { Quote } from '../rules/quote.ts';
import { isKeyTaken, keyUsed, repeatOf, usesOfKey } from './idempotency-keys.ts';
import { step } from './moves.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

const insertOrders = insertInto(TopupOrder);
const insertLines = insertInto(TopupOrderLine);

/** Facts that a draft has none of. */
const NOT_CONFIRMED = {
  confirmedAt: null,
  paymentExpiresAt: null,
  paymentProvider: 'mekari-pay',
  paymentInvoiceId: null,
  paymentUrl: null,
  paymentCheckedAt: null,
  paidAt: null,
  completedAt: null,
  paidInvoiceNumber: null,
};

/** The order that this key made before, "conflict" where it was used with other content, undefined where it is new. */
export async function orderOfKey(
  database: TenantDatabase,
  request: RequestContext,
  use: KeyUse,
): Promise<TopupOrder | 'conflict' | undefined> {
  const [uses] = await database.reads(request, usesOfKey(use));
  return repeatOf(use, uses);
}

export interface NewDraft {
  use: KeyUse;
  quote: Quote;
  organizationName: string;
  quoteExpiresAt: Date;
  traceParent: string | null;
  cause: Cause;
}

const MAX_NUMBER_DRAWS = 5;

/**
 * Stores a DRAFT, its lines, its first step and its idempotency key: one round trip, one transaction. Draws another number
 * where the first one is taken. undefined: another request has used the key meanwhile.
 */
export async function storeDraft(
  database: TenantDatabase,
  request: RequestContext,
  draft: NewDraft,
): Promise<TopupOrder | undefined> {
  for (let draw = 1; ; draw++) {
    const order = toOrder(request, draft);
    const { use, quote, cause } = draft;
    try {
      await database.writes(
        request,
        insertOrders([order]),
        keyUsed(use, order.id, cause.at),
        linesInserted(order.id, quote.lines),
        step(order, null, 'DRAFT', cause),
      );
      return order;
    } catch (error) {
      if (isKeyTaken(error)) return undefined;
      if (draw >= MAX_NUMBER_DRAWS || !violatesUnique(error, 'topup_orders_number_key')) throw error;
    }
  }
}

function toOrder(
  { correlationId }: RequestContext,
  { use, quote, organizationName, quoteExpiresAt, traceParent, cause }: NewDraft,
): TopupOrder {
  const { topupTotal, excessTotal, total } = quote;
  return {
    ...NOT_CONFIRMED,
    id: newId(),
    number: newOrderNumber(cause.at),
    organizationId: use.organizationId,
    organizationName,
    status: 'DRAFT',
    topupTotal,
    excessTotal,
    total,
    quoteExpiresAt,
    correlationId,
    traceParent,
    createdAt: cause.at,
  };
}

function linesInserted(orderId: string, lines: Quote['lines']): Query {
  return insertLines(lines.map((line, position) => ({ ...line, id: newId(), orderId, position })));
}

/** Quotes a locked DRAFT anew: other lines, other totals, a new time to live. */
export async function storeRequote(
  tx: EntityManager,
  order: TopupOrder,
  { lines, ...totals }: Quote,
  quoteExpiresAt: Date,
  cause: Cause,
): Promise<TopupOrder> {
  const changes = { ...totals, quoteExpiresAt };
  await tx.delete(TopupOrderLine, { orderId: order.id });
  await runQuery(tx, linesInserted(order.id, lines));
  await tx.update(TopupOrder, { id: order.id }, changes);
  await runQuery(tx, step(order, 'DRAFT', 'DRAFT', cause));
  return Object.assign(order, changes);
}
