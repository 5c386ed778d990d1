import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../../kernel/clock.ts';
import { isOrderOf, orderPaidThrough, ordersUnderReview } from '../../orders/index.ts';
import { columnsOf } from '../../platform/database/columns.ts';
import { insertInto } from '../../platform/database/insert-rows.ts';
import { runQuery } from '../../platform/database/run-queries.ts';
import { oneOf, raw, type Sql, sql } from '../../platform/database/sql.ts';
import { parseCursor } from '../../platform/graphql/page.ts';
import type { Gauge } from '../../platform/telemetry/telemetry.ts';
import type { ExceptionPageArgs } from '../rules/exception-page.ts';
import { type NamedMoney, SYSTEM_ACTOR, TO_GIVE_BACK } from '../rules/give-back.ts';
import { CAN_BE_OVERTAKEN } from '../rules/overtaken-outcomes.ts';
import { PAYMENT_EXCEPTIONS, type PaymentOutcome, ROUTINE_OUTCOMES } from '../rules/payment-outcomes.ts';
import { PaymentEvent } from './payment-event.entity.ts';
import { PaymentExceptionClosing } from './payment-exception-closing.entity.ts';
import type { AcceptedPayment } from './settlement.ts';

/** A payment that awaits an operator: under review until its order moves, or an exception until it is closed. */
export interface OpenPayment {
  id: string;
  receivedAt: Date;
  outcome: PaymentOutcome;
  orderId: string | null;
  orderNumber: string;
  invoiceId: string;
  amount: bigint | null;
  currency: string;
  paidAt: Date | null;
  source: string;
  detail: string | null;
}

const REVIEW = ['review'];
const NAMES_MONEY = [...TO_GIVE_BACK, 'refunded'];

/** Condition that the order of the event's number was credited through the event's own invoice. */
const isOvertaken: Sql = sql`event.outcome in (${oneOf(CAN_BE_OVERTAKEN)}) and (
  ${orderPaidThrough({ number: raw('event.order_number'), provider: raw('event.provider'), invoiceId: raw('event.invoice_id') })}) is not null`;

/**
 * Finds payments under review by their open orders, and exceptions by payment_events_exceptions_idx. So it never reads
 * the growing number of finished reviews. Leaves out what was overtaken, which the next poll closes.
 */
const openEvents = (): Sql => sql`(
    select event.* from payment_events event
    where event.outcome in (${oneOf(REVIEW)}) and event.order_id in (${ordersUnderReview()})
    union all
    select event.* from payment_events event
    left join payment_exception_closings closing on closing.payment_event_id = event.id
    where event.outcome not in (${oneOf(ROUTINE_OUTCOMES)}) and closing.payment_event_id is null and not (${isOvertaken})
  )`;

/** Returns the open exceptions that were overtaken. */
export function overtakenExceptions(database: DataSource): Promise<PaymentEvent[]> {
  return runQuery(
    database,
    sql<PaymentEvent>`select ${columnsOf(PaymentEvent, 'event')} from payment_events event
      left join payment_exception_closings closing on closing.payment_event_id = event.id
      where event.outcome not in (${oneOf(ROUTINE_OUTCOMES)}) and closing.payment_event_id is null and ${isOvertaken}`,
  );
}

const OPEN_PAYMENT = raw(`event.id, event.received_at as "receivedAt", event.outcome, event.order_id as "orderId",
  event.order_number as "orderNumber", event.invoice_id as "invoiceId", event.amount, event.currency, event.paid_at as "paidAt",
  event.source, event.detail`);

/** Returns the payments, oldest first. */
export function openPayments(database: DataSource | EntityManager): Promise<OpenPayment[]> {
  return runQuery(
    database,
    sql<OpenPayment>`select ${OPEN_PAYMENT} from ${openEvents()} as event order by event.received_at`,
  );
}

/** Returns one payment more than the page has, if there is one. */
export function pageOfOpenPayments(database: DataSource, args: ExceptionPageArgs): Promise<OpenPayment[]> {
  const { first, after, organizationId } = args;
  const place = after === undefined ? undefined : parseCursor(after);
  const later = place && sql`and (event.received_at, event.id) > (${place.createdAt}::timestamptz, ${place.id}::uuid)`;
  const own = organizationId === undefined ? raw('') : sql`and ${isOrderOf(organizationId, raw('event.order_id'))}`;
  return runQuery(
    database,
    sql<OpenPayment>`select ${OPEN_PAYMENT} from ${openEvents()} as event where true ${later ?? raw('')} ${own}
      order by event.received_at, event.id limit ${first + 1}`,
  );
}

/** Returns the exceptions of an order that name its money, oldest first. */
export function namedMoneyOf(database: DataSource | EntityManager, orderId: string): Promise<NamedMoney[]> {
  return runQuery(
    database,
    sql<NamedMoney>`select event.id, event.received_at as at, event.outcome, event.amount, closing.actor as "closedBy"
      from payment_events event
      left join payment_exception_closings closing on closing.payment_event_id = event.id
      where event.order_id = ${orderId} and event.outcome in (${oneOf(NAMES_MONEY)})
      order by event.received_at, event.id`,
  );
}

export function openPaymentsGauge(database: DataSource): Gauge {
  return {
    name: 'payments_open',
    description: 'Payments under review and payment exceptions that nobody has closed, by outcome',
    label: 'outcome',
    async read() {
      const rows = await runQuery(
        database,
        sql<{ outcome: string; count: bigint }>`
          select event.outcome, count(*) from ${openEvents()} as event group by event.outcome`,
      );
      const zeros = [...PAYMENT_EXCEPTIONS, ...REVIEW].map((outcome) => [outcome, 0] as const);
      return new Map([...zeros, ...rows.map(({ outcome, count }) => [outcome, Number(count)] as const)]);
    },
  };
}

/** Reports the age of the oldest payment that awaits an operator, since it was received, by outcome. */
export function openPaymentAgeGauge(database: DataSource, clock: Clock): Gauge {
  return {
    name: 'payments_open_oldest_age_seconds',
    description: 'Seconds since the oldest payment under review or open payment exception was received, by outcome',
    label: 'outcome',
    async read() {
      const rows = await runQuery(
        database,
        sql<{ outcome: string; since: Date }>`
          select event.outcome, min(event.received_at) as since from ${openEvents()} as event group by event.outcome`,
      );
      const now = clock.now().getTime();
      return new Map(rows.map(({ outcome, since }) => [outcome, (now - since.getTime()) / 1000]));
    },
  };
}

export function findEvent(tx: EntityManager, id: string): Promise<PaymentEvent | null> {
  return tx.findOneBy(PaymentEvent, { id });
}

/** Returns the latest payment of an order under review; the event that put it there if no payment could be read. */
export async function reviewedPayment(tx: EntityManager, orderId: string): Promise<AcceptedPayment> {
  const [payment] = await runQuery(
    tx,
    sql<AcceptedPayment>`select provider, invoice_id as "invoiceId", received_at as "paidAt" from order_payments
      where order_id = ${orderId} and kind = 'PAYMENT' order by recorded_at desc, id desc limit 1`,
  );
  if (payment !== undefined) return payment;
  const { provider, invoiceId, receivedAt } = await tx.findOneByOrFail(PaymentEvent, { orderId, outcome: 'review' });
  return { provider, invoiceId, paidAt: receivedAt };
}

/**
 * Returns those of the invoices whose payment exceptions are all closed, one of them by an operator or because its money went back. Finds them among the
 * exceptions, by their index.
 */
export async function invoicesWithClosedExceptions(
  database: DataSource,
  provider: string,
  invoiceIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await runQuery(
    database,
    sql<{ id: string }>`
      select event.invoice_id as id from payment_events event
      left join payment_exception_closings closing on closing.payment_event_id = event.id
      where event.outcome not in (${oneOf(ROUTINE_OUTCOMES)}) and event.provider = ${provider}
        and event.invoice_id = any(${invoiceIds})
      group by event.invoice_id having count(*) = count(closing.payment_event_id)
        and bool_or(closing.actor <> ${SYSTEM_ACTOR} or event.outcome in (${oneOf(TO_GIVE_BACK)}))`,
  );
  return new Set(rows.map(({ id }) => id));
}

const insertClosings = insertInto(PaymentExceptionClosing);

/**
 * Enters the closing and returns undefined, or returns the earlier closing. Waits for a concurrent closing to commit.
 */
export async function enterClosing(
  tx: EntityManager,
  closing: PaymentExceptionClosing,
): Promise<PaymentExceptionClosing | undefined> {
  const inserted = await runQuery(
    tx,
    sql`${insertClosings([closing])} on conflict on constraint payment_exception_closings_pkey do nothing
      returning payment_event_id`,
  );
  if (inserted.length > 0) return undefined;
  return tx.findOneByOrFail(PaymentExceptionClosing, { paymentEventId: closing.paymentEventId });
}
