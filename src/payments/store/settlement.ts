import type { DataSource, EntityManager } from 'typeorm';
import { jakartaDate } from '../../kernel/jakarta.ts';
import { entered, type NewEntry } from '../../ledger/index.ts';
import {
  type Cause,
  linesDated,
  linesOfNumber,
  movedByPayment,
  orderIdOf,
  orderOfNotice,
  step,
  type TopupOrder,
  type TopupOrderLine,
  topupPeriod,
} from '../../orders/index.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { runQueries, runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, type Sql, sql } from '../../platform/database/sql.ts';
import { enqueued, type NewJob } from '../../platform/jobs/job.ts';
import type { PaymentNotice } from '../provider.ts';
import { MOVING_OUTCOMES, type PaymentFacts } from '../rules/decide-payment.ts';
import { PaymentEvent } from './payment-event.entity.ts';
import { eventEntered } from './payment-events.ts';

/** Everything that a settlement is decided on, as it was when it was read: nothing is locked. */
export interface SettlementFacts {
  order: TopupOrder;
  lines: readonly TopupOrderLine[];
  invoiceOfAnother: boolean;
  /** The payments that moved the order before. */
  settled: readonly PaymentFacts[];
}

/** undefined: there is no such order. "duplicate": this very event is in the inbox. */
export async function readSettlementFacts(
  database: DataSource,
  { provider, eventId, notice }: { provider: string; eventId: string; notice: PaymentNotice },
): Promise<{ facts: SettlementFacts | undefined; isDuplicate: boolean }> {
  const { orderNumber, invoiceId } = notice;
  const [[found], lines, settled, duplicates] = await runQueries(
    database,
    orderOfNotice(orderNumber, provider, invoiceId),
    linesOfNumber(orderNumber),
    sql<PaymentEvent>`select ${columnsOf(PaymentEvent, 'event')} from payment_events event
      where event.order_id = (${orderIdOf(orderNumber)}) and event.outcome in (${oneOf(MOVING_OUTCOMES)})`,
    sql`select id from payment_events where provider = ${provider} and event_id = ${eventId}`,
  );
  const isDuplicate = duplicates.length > 0;
  if (found === undefined) return { facts: undefined, isDuplicate };
  const { invoiceOfAnother, ...order } = found;
  return { facts: { order, lines, invoiceOfAnother, settled }, isDuplicate };
}

/** When it was paid, where that is known, and by which invoice. */
export interface AcceptedPayment {
  provider: string;
  invoiceId: string;
  paidAt: Date | null;
}

const ifMoved = sql`exists (select from moved)`;

/** Moves the order to PAID and credits its lines: fragments of one statement, none of which does anything alone. */
function credited(order: TopupOrder, lines: readonly TopupOrderLine[], payment: AcceptedPayment, cause: Cause): Sql {
  const { provider, invoiceId, paidAt: toldAt } = payment;
  const paidAt = toldAt === null || toldAt > cause.at ? cause.at : toldAt;
  const paidOn = jakartaDate(paidAt);
  const topups = lines.filter(({ kind }) => kind === 'TOPUP');
  const periods = topups.map(({ id, quotaType, periodEnd }) => ({ id, ...topupPeriod(quotaType, paidOn, periodEnd) }));
  const to = 'PAID';
  return sql`moved as (${movedByPayment(order, { to, paidAt, provider, invoiceId })}
    ), told as (${step(order, order.status, to, cause, ifMoved)}
    ), dated as (${linesDated(order.id, periods, ifMoved)}
    ), credited as (${entered(
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

/**
 * Enters the event, makes the order PAID, credits its lines and enqueues the job: one statement, so all or nothing of it.
 * false where the order, or the inbox, has changed since they were read.
 */
export function creditByEvent(
  database: DataSource,
  { order, lines }: SettlementFacts,
  event: PaymentEvent,
  cause: Cause,
  job: NewJob,
): Promise<boolean> {
  return unlessEntered(
    database,
    sql`with ${credited(order, lines, event, cause)}, entered as (${eventEntered(event, ifMoved)})
      select ${enqueued(job)} from moved`,
  );
}

/** The same, but puts the order under review: nothing is credited. */
export function reviewByEvent(
  database: DataSource,
  { order }: SettlementFacts,
  event: PaymentEvent,
  cause: Cause,
  job: NewJob,
): Promise<boolean> {
  const { provider, invoiceId } = event;
  const to = 'PAYMENT_REVIEW';
  return unlessEntered(
    database,
    sql`with moved as (${movedByPayment(order, { to, paidAt: null, provider, invoiceId })}
      ), told as (${step(order, order.status, to, cause, ifMoved)}
      ), entered as (${eventEntered(event, ifMoved)})
      select ${enqueued(job)} from moved`,
  );
}

async function unlessEntered(database: DataSource, statement: Sql): Promise<boolean> {
  try {
    return (await runQuery(database, statement)).length === 1;
  } catch (error) {
    // The event got into the inbox after it was read.
    if (violatesUnique(error, 'payment_events_event_key')) return false;
    throw error;
  }
}

/**
 * Makes a locked order PAID, credits its lines and enqueues the job, in the transaction in which an operator accepted its
 * payment. A second time fails on the ledger's unique key.
 */
export async function creditOrder(
  tx: EntityManager,
  order: TopupOrder,
  lines: readonly TopupOrderLine[],
  payment: AcceptedPayment,
  cause: Cause,
  job: NewJob,
): Promise<void> {
  const statement = sql`with ${credited(order, lines, payment, cause)} select ${enqueued(job)} from moved`;
  const moved = await runQuery(tx, statement);
  if (moved.length === 0) throw new Error(`order ${order.number} was to be credited and is not what was locked`);
  order.status = 'PAID';
}
