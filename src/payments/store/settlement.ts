import type { DataSource, EntityManager } from 'typeorm';
import { jakartaDate } from '../../kernel/jakarta.ts';
import { ledgerInsert, type NewEntry } from '../../ledger/index.ts';
import {
  type Cause,
  linesOfNumber,
  orderOfNumber,
  periodsUpdate,
  statusUpdate,
  stepInsert,
  type TopupOrder,
  type TopupOrderLine,
  topupPeriod,
} from '../../orders/index.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { runQueries, runQuery } from '../../platform/database/run-queries.ts';
import { raw, type Sql, sql } from '../../platform/database/sql.ts';
import { allEnqueued, type NewJob } from '../../platform/jobs/job.ts';
import type { PaymentNotice } from '../provider.ts';
import type { NoticeContext } from '../rules/decide-payment.ts';
import { isInvoiceTaken, otherOwnersOf } from './invoice-owners.ts';
import type { OrderPayment } from './order-payment.entity.ts';
import { isTainted, paymentInsert, receivedOf } from './order-payments.ts';
import type { PaymentEvent } from './payment-event.entity.ts';
import { eventInsert } from './payment-events.ts';

/** Everything that a settlement depends on, as it was when it was read; nothing is locked. */
export interface SettlementFacts {
  order: TopupOrder;
  lines: readonly TopupOrderLine[];
  context: NoticeContext;
  /** The other order to which the notice's invoice belongs. */
  ownerNumber: string | null;
}

/**
 * `facts` is undefined if there is no such order: whether the inbox has the event already is seen then when it is entered.
 * `isDuplicate` is true if it has.
 */
export async function readSettlementFacts(
  database: DataSource,
  { provider, eventId, notice }: { provider: string; eventId: string; notice: PaymentNotice },
): Promise<{ facts: SettlementFacts | undefined; isDuplicate: boolean }> {
  const { orderNumber, invoiceId } = notice;
  const orderId = raw('o.id');
  const beside = sql<BesideOrder>`(${receivedOf(orderId)}) as received, ${isTainted(orderId)} as "isTainted",
    (${otherOwnersOf(provider, sql`${invoiceId}`, orderId)} limit 1) as "ownerNumber",
    exists (select from payment_events where provider = ${provider} and event_id = ${eventId}) as "isDuplicate"`;
  const [[read], lines] = await runQueries(database, orderOfNumber(orderNumber, beside), linesOfNumber(orderNumber));
  if (read === undefined) return { facts: undefined, isDuplicate: false };
  const { received, isTainted: tainted, ownerNumber, isDuplicate, ...order } = read;
  const context = { received, isTainted: tainted, invoiceOfAnother: ownerNumber !== null };
  return { facts: { order, lines, context, ownerNumber }, isDuplicate };
}

interface BesideOrder extends Pick<NoticeContext, 'received' | 'isTainted'>, Pick<SettlementFacts, 'ownerNumber'> {
  isDuplicate: boolean;
}

/** The invoice that was paid, and the time of payment. */
export interface AcceptedPayment {
  provider: string;
  invoiceId: string;
  paidAt: Date;
}

const ifMoved = sql`exists (select from moved_order)`;

/** CTEs that move the order to PAID and credit its lines. They are parts of one statement: none acts alone. */
function creditParts(order: TopupOrder, lines: readonly TopupOrderLine[], payment: AcceptedPayment, cause: Cause): Sql {
  const { provider, invoiceId, paidAt } = payment;
  const paidOn = jakartaDate(paidAt);
  const topups = lines.filter(({ kind }) => kind === 'TOPUP');
  const periods = topups.map(({ id, quotaType, periodEnd }) => ({ id, ...topupPeriod(quotaType, paidOn, periodEnd) }));
  const to = 'PAID';
  return sql`moved_order as (${statusUpdate(order, { to, paidAt, provider, invoiceId })}
    ), timeline_step as (${stepInsert(order, order.status, to, cause, ifMoved)}
    ), line_periods as (${periodsUpdate(order.id, periods, ifMoved)}
    ), ledger_rows as (${ledgerInsert(
      lines.map((line) => toEntry(order, line)),
      cause.at,
      ifMoved,
    )}
    )`;
}

function toEntry({ organizationId }: TopupOrder, line: TopupOrderLine): NewEntry {
  const { id: orderLineId, quotaCode, credits, quantity, excessPeriod: period } = line;
  const entry = { organizationId, orderLineId, quotaCode, period };
  return line.kind === 'TOPUP'
    ? { ...entry, kind: 'TOPUP', quantity: credits }
    : { ...entry, kind: 'EXCESS_SETTLEMENT', quantity };
}

/** The rows that a settling notice enters beside the credit. */
export interface SettlingEntries {
  /** The notice, and an exception about its time if there is one. */
  events: readonly PaymentEvent[];
  payment: OrderPayment;
}

/**
 * Enters the notice and its payment, moves the order to PAID, credits its lines and enqueues the jobs in one statement, so
 * all or nothing. Returns false if the order or the inbox has changed since it was read.
 */
export function creditByNotice(
  database: DataSource,
  { order, lines }: SettlementFacts,
  { events, payment }: SettlingEntries,
  cause: Cause,
  jobs: readonly NewJob[],
): Promise<boolean> {
  const accepted = { provider: payment.provider, invoiceId: payment.invoiceId, paidAt: payment.receivedAt };
  return runUnlessDuplicate(
    database,
    sql`with ${creditParts(order, lines, accepted, cause)}, event_rows as (${eventInsert(events, ifMoved)}
      ), payment_row as (${paymentInsert([payment], ifMoved)})
      select ${allEnqueued(jobs)} from moved_order`,
  );
}

async function runUnlessDuplicate(database: DataSource, statement: Sql): Promise<boolean> {
  try {
    return (await runQuery(database, statement)).length === 1;
  } catch (error) {
    // A concurrent delivery entered the event, or another order got the invoice, after our read.
    if (violatesUnique(error, 'payment_events_event_key')) return false;
    if (isInvoiceTaken(error)) return false;
    throw error;
  }
}

/**
 * Moves a locked order to PAID, credits its lines and enqueues the jobs, in the transaction of a check or of an operator's
 * approval. A second credit fails on the ledger's unique key.
 */
export async function creditOrder(
  tx: EntityManager,
  order: TopupOrder,
  lines: readonly TopupOrderLine[],
  payment: AcceptedPayment,
  cause: Cause,
  jobs: readonly NewJob[],
): Promise<void> {
  const statement = sql`with ${creditParts(order, lines, payment, cause)} select ${allEnqueued(jobs)} from moved_order`;
  const moved = await runQuery(tx, statement);
  if (moved.length === 0) throw new Error(`order ${order.number} changed after it was locked, and was not credited`);
  order.status = 'PAID';
}
