import type { EntityManager } from 'typeorm';
import { isId } from '../../kernel/ids.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { type Query, sql } from '../../platform/database/sql.ts';
import { ReplacedQuote } from './replaced-quote.entity.ts';
import { TopupOrder } from './topup-order.entity.ts';
import { TopupOrderLine } from './topup-order-line.entity.ts';

const insertReplaced = insertInto(ReplacedQuote);

/** Copies the quote of a locked draft, before another one replaces it. */
export async function keepQuote(tx: EntityManager, orderId: string, replacedAt: Date): Promise<void> {
  const copies = await runQuery(
    tx,
    sql<ReplacedQuote>`
      select o.id as "orderId", to_jsonb(o) as "orderRow",
        (select count(*) + 1 from replaced_quotes where order_id = o.id) as quote,
        (select jsonb_agg(to_jsonb(line) order by line.position) from topup_order_lines line where line.order_id = o.id) as lines
      from topup_orders o where o.id = ${orderId}`,
  );
  await runQuery(tx, insertReplaced(copies.map((copy) => ({ ...copy, replacedAt }))));
}

/** When each replaced quote of an order was replaced. */
export interface Replacement {
  orderId: string;
  /** Counts from 1; the current quote has the number after the last one. */
  quote: number;
  at: Date;
}

export const replacementsOfOrders = (orderIds: readonly string[]): Query<Replacement> => sql<Replacement>`
  select order_id as "orderId", quote, replaced_at as at from replaced_quotes
  where order_id = any(${orderIds.filter(isId)}::uuid[]) order by order_id, quote`;

type QuotedOrderRow = TopupOrder & Pick<Required<TopupOrder>, 'organizationDetails'>;

const ORDER = columnsOf(TopupOrder, 'o');
const LINE = columnsOf(TopupOrderLine, 'line');

/** Selects an order with the details of its organization, which other readers leave out. */
export const orderWithDetails = (id: string): Query<QuotedOrderRow> => sql<QuotedOrderRow>`
  select ${ORDER}, o.organization_details as "organizationDetails" from topup_orders o
  where o.id = any(${[id].filter(isId)}::uuid[])`;

/** Selects an order as it was under a replaced quote. */
export const orderOfQuote = (id: string, quote: number): Query<QuotedOrderRow> => sql<QuotedOrderRow>`
  select ${ORDER}, o.organization_details as "organizationDetails"
  from replaced_quotes replaced, jsonb_populate_record(null::topup_orders, replaced.order_row) o
  where replaced.order_id = any(${[id].filter(isId)}::uuid[]) and replaced.quote = ${quote}`;

/** Selects the lines of a replaced quote. */
export const linesOfQuote = (id: string, quote: number): Query<TopupOrderLine> => sql<TopupOrderLine>`
  select ${LINE}
  from replaced_quotes replaced, jsonb_populate_recordset(null::topup_order_lines, replaced.lines) line
  where replaced.order_id = any(${[id].filter(isId)}::uuid[]) and replaced.quote = ${quote} order by line.position`;
