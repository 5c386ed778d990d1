import type { DataSource, EntityManager } from 'typeorm';
import { isId, leastIdOf } from '../../kernel/ids.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQueries, runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Query, type Sql, sql } from '../../platform/database/sql.ts';
import { PAYMENT_NOTICES, REFUND_NOTICES } from '../provider.ts';
import { forgetFailures } from './lookup-failures.ts';
import { OrderPayment } from './order-payment.entity.ts';

const insertPayments = insertInto(OrderPayment);

/** Enters steps of the received sum, if `onlyIf` holds. */
export const paymentInsert = (payments: readonly OrderPayment[], onlyIf?: Sql): Query =>
  insertPayments(payments, { onlyIf });

export async function enterPayments(tx: EntityManager, payments: readonly OrderPayment[]): Promise<void> {
  if (payments.length > 0) await runQuery(tx, paymentInsert(payments));
}

/** Selects the payments of orders, oldest first, for a caller who may see them. */
export const paymentsOfOrders = (orderIds: readonly string[]): Query<OrderPayment> => sql<OrderPayment>`
  select ${columnsOf(OrderPayment, 'payment')} from order_payments payment
  where payment.order_id = any(${orderIds.filter(isId)}::uuid[]) order by payment.recorded_at, payment.id`;

/** Returns the steps of the received sum of one order, oldest first. */
export function stepsOfOrder(database: DataSource | EntityManager, orderId: string): Promise<OrderPayment[]> {
  return runQuery(database, paymentsOfOrders([orderId]));
}

/**
 * Enters the payments that a replica of a version without this table has settled lately, while two versions run side by
 * side. A row has its event's id, so a repeat adds nothing.
 */
export async function enterMissingPayments(database: DataSource, since: Date): Promise<void> {
  const missing = await runQuery(
    database,
    sql<OrderPayment>`
      select id, order_id as "orderId", 'PAYMENT' as kind, provider, invoice_id as "invoiceId",
        null as "stepNumber", case currency when 'IDR' then amount end as amount, amount::text as "originalAmount",
        currency as "originalCurrency", payment_method as method, coalesce(paid_at, received_at) as "receivedAt",
        received_at as "recordedAt"
      from payment_events event
      where event.id >= ${leastIdOf(since)}::uuid and event.outcome in ('settled', 'review') and event.amount > 0
        and event.order_id is not null
        and not exists (select from order_payments payment where payment.order_id = event.order_id)`,
  );
  if (missing.length === 0) return;
  await runQuery(database, sql`${paymentInsert(missing)} on conflict on constraint order_payments_pkey do nothing`);
}

/** Sums what was received less what was given back. */
export const receivedOf = (orderId: Sql): Sql =>
  sql`select coalesce(sum(amount), 0)::bigint from order_payments where order_id = (${orderId})`;

/** A notice that went back in full or in part: by its type, or by a sum in a notice of any other type. */
const tellsOfRefund: Sql = sql`(type in (${oneOf(REFUND_NOTICES)}) or refunded > 0)`;

/** Rows from before `refunded` have the sum as the amount of a refund. */
const claimOfType: Sql = sql`case when type in (${oneOf(REFUND_NOTICES)}) then amount end`;

/**
 * True if money was noted for the order that a further notice must be added to: any by an answer, and a refund or another
 * currency by a notice of whatever type.
 */
export const isTainted = (orderId: Sql): Sql => sql`exists (
    select from payment_events where order_id = (${orderId})
    and (${tellsOfRefund} or currency <> 'IDR')
  ) or exists (
    select from order_payments where order_id = (${orderId})
  )`;

/** Returns the invoices through which money came for the order. */
export async function invoiceIdsOf(database: DataSource, orderId: string): Promise<string[]> {
  const rows = await runQuery(
    database,
    sql<{ id: string }>`select distinct invoice_id as id from order_payments where order_id = ${orderId}`,
  );
  return rows.map(({ id }) => id);
}

/** The notices of the inbox about an order, beside its payments. */
export interface InboxFacts {
  /** A notice named another currency. */
  hasForeign: boolean;
  /** The largest refund that a notice named; 0 if it named none, null if there is no such notice. */
  claimedRefund: bigint | null;
  /** null if no exception names a refund. */
  refundReported: bigint | null;
  /** The invoices of which a notice said that something came in, and those that are exceptions already. */
  hintedInvoices: string[];
  otherInvoices: string[];
}

/**
 * Reads the payments of a locked order, oldest first, and the facts of its inbox. The answer that this is read for could be
 * used, so a streak of others ends.
 */
export async function moneyOf(
  tx: EntityManager,
  orderId: string,
): Promise<{ payments: OrderPayment[]; inbox: InboxFacts }> {
  const [payments, [inbox]] = await runQueries(
    tx,
    sql<OrderPayment>`select ${columnsOf(OrderPayment, 'payment')} from order_payments payment
      where payment.order_id = ${orderId} order by payment.recorded_at, payment.id`,
    sql<InboxFacts>`
      select coalesce(bool_or(currency <> 'IDR'), false) as "hasForeign",
        max(coalesce(refunded, ${claimOfType}, 0)) filter (where ${tellsOfRefund} and outcome = 'hint') as "claimedRefund",
        sum(coalesce(amount, 0)) filter (where outcome = 'refunded')::bigint as "refundReported",
        coalesce(array_agg(distinct invoice_id)
          filter (where type in (${oneOf(PAYMENT_NOTICES)}) and outcome = 'hint'), '{}') as "hintedInvoices",
        coalesce(array_agg(distinct invoice_id) filter (where outcome = 'other_invoice'), '{}') as "otherInvoices"
      from payment_events where order_id = ${orderId}`,
    forgetFailures(orderId),
  );
  if (inbox === undefined) throw new Error('an aggregate has one row');
  return { payments, inbox };
}
