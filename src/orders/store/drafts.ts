import type { EntityManager } from 'typeorm';
import type { OrganizationDetails } from '../../clients/hub-core.ts';
import type { ExcessQuantity } from '../../excess-usage/index.ts';
import { newId } from '../../kernel/ids.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, type Sql, sql } from '../../platform/database/sql.ts';
import type { TenantDatabase } from '../../platform/database/tenant-database.ts';
import type { RequestContext } from '../../platform/server/request-context.ts';
import type { KeyUse } from '../rules/idempotency-key.ts';
import type { IdentifyOrder, OrderIdentity } from '../rules/order-identity.ts';
import type { Cause } from '../rules/order-state.ts';
import type { Quote, Withholding } from '../rules/quote.ts';
import { toStoredExcess } from './excess-reports.ts';
import { isKeyTaken, keyInsert, type Repeat, repeatOf, usesOfKey } from './idempotency-keys.ts';
import { stepInsert } from './moves.ts';
import { hasRoomForDraft, lockOrganization } from './open-orders.ts';
import { keepQuote } from './replaced-quotes.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

const insertOrders = insertInto(TopupOrder);
const insertLines = insertInto(TopupOrderLine);

/** Returns the order that this key created; undefined if the key is new. */
export async function orderOfKey(
  database: TenantDatabase,
  request: RequestContext,
  use: KeyUse,
): Promise<Repeat | undefined> {
  const [uses] = await database.reads(request, usesOfKey(use));
  return repeatOf(use, uses);
}

export interface NewDraft {
  use: KeyUse;
  quote: Quote;
  withholding: Withholding | null;
  /** hub-core's report of the excess of the order's quotas. */
  reported: readonly ExcessQuantity[];
  organizationName: string;
  organizationDetails: OrganizationDetails;
  purchaseOrderNumber: string | null;
  quoteExpiresAt: Date;
  traceParent: string | null;
  cause: Cause;
}

const MAX_NUMBER_DRAWS = 5;
/** A statement that does nothing: without a limit, creates need no lock. */
const NOTHING = sql`select`;

/**
 * Stores a DRAFT, its lines, its first step and its idempotency key in one round trip and one transaction. Draws
 * another number if the first one collides. Returns "full" if the organization has as many live drafts as it may have, and
 * undefined if another request has used the key meanwhile.
 */
export async function storeDraft(
  database: TenantDatabase,
  request: RequestContext,
  draft: NewDraft,
  { maxLiveDrafts, identify }: { maxLiveDrafts: number; identify: IdentifyOrder },
): Promise<TopupOrder | 'full' | undefined> {
  for (let draw = 1; ; draw++) {
    const { use, quote, cause } = draft;
    const { lineId, ...identity } = identify(use, cause.at);
    const row = { ...identity, ...toRow(request, draft) };
    const onlyIf = hasRoomForDraft(row.organizationId, cause.at, maxLiveDrafts);
    const isStored = sql`exists (select from topup_orders where id = ${row.id})`;
    try {
      const [, [order]] = await database.writes(
        request,
        maxLiveDrafts === 0 ? NOTHING : lockOrganization(row.organizationId),
        sql<TopupOrder>`${insertOrders([row], { onlyIf })} returning ${columnsOf(TopupOrder, 'topup_orders')}`,
        keyInsert(use, row.id, cause.at, isStored),
        linesInsert(row.id, quote.lines, lineId, isStored),
        stepInsert(row, null, 'DRAFT', cause, isStored),
      );
      return order ?? 'full';
    } catch (error) {
      if (isKeyTaken(error)) return undefined;
      if (draw >= MAX_NUMBER_DRAWS || !violatesUnique(error, 'topup_orders_number_key')) throw error;
    }
  }
}

function toRow(
  { correlationId }: RequestContext,
  { use, quote, reported, quoteExpiresAt, traceParent, cause, ...draft }: NewDraft,
) {
  const { lines: _, ...totals } = quote;
  const { withholding, organizationName, organizationDetails, purchaseOrderNumber } = draft;
  return {
    ...totals,
    withholding,
    organizationId: use.organizationId,
    organizationName,
    organizationDetails,
    purchaseOrderNumber,
    status: 'DRAFT' as const,
    excessAtQuote: toStoredExcess(reported),
    quoteExpiresAt,
    correlationId,
    traceParent,
    createdAt: cause.at,
  };
}

function linesInsert(orderId: string, lines: Quote['lines'], lineId: OrderIdentity['lineId'], onlyIf?: Sql): Query {
  return insertLines(
    lines.map((line, position) => ({ ...line, id: lineId(position), orderId, position })),
    { onlyIf },
  );
}

export interface Requote extends Pick<NewDraft, 'quote' | 'reported' | 'quoteExpiresAt' | 'cause'> {}

/** Replaces the lines, totals and expiry of a locked DRAFT, which nobody has approved. The quote that they were stays readable. */
export async function storeRequote(
  tx: EntityManager,
  order: TopupOrder,
  { quote: { lines, ...totals }, reported, quoteExpiresAt, cause }: Requote,
): Promise<TopupOrder> {
  const changes = { ...totals, quoteExpiresAt, approvalState: null };
  await keepQuote(tx, order.id, cause.at);
  // A caller has no privilege to delete: with it, it could lock the whole table.
  await runQuery(tx, sql`select drop_draft_lines(${order.id}::uuid)`);
  await runQuery(tx, linesInsert(order.id, lines, newId));
  await tx.update(TopupOrder, { id: order.id }, { ...changes, excessAtQuote: toStoredExcess(reported) });
  await runQuery(tx, stepInsert(order, 'DRAFT', 'DRAFT', cause));
  return Object.assign(order, changes);
}
