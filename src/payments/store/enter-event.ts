import type { DataSource } from 'typeorm';
import { type Cause, mailOfOrder, type TopupOrder } from '../../orders/index.ts';
import { violatesUnique } from '../../platform/database/errors.ts';
import { send } from '../../platform/database/send.ts';
import { call, type SqlValue, statement } from '../../platform/database/statement.ts';
import { creditOf, ENQUEUED, MOVED, type Move, moveValues } from './credit-order.ts';
import type { PaymentEvent } from './payment-event.entity.ts';
import type { SettlementFacts } from './settlement-facts.ts';

const COLUMNS = `id, event_id, source, type, order_number, invoice_id, amount, currency, paid_at, payment_method, outcome,
  received_at, order_id`;

function eventValues(event: PaymentEvent): SqlValue[] {
  const { id, eventId, source, type, orderNumber, invoiceId, amount, currency, paidAt, paymentMethod, outcome } = event;
  const of = [id, eventId, source, type, orderNumber, invoiceId, amount, currency];
  return [...of, paidAt, paymentMethod, outcome, event.receivedAt];
}

const ENTER = statement<{ entered: true }>(
  `insert into payment_events (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, null)
   on conflict on constraint payment_events_event_key do nothing returning true as entered`,
);

/** Of a payment that is no order's. Answers whether it was new. */
export async function enterEvent(database: DataSource, event: PaymentEvent): Promise<boolean> {
  return (await send(database, call(ENTER, ...eventValues(event)))).length === 1;
}

/** The row lock lets nobody move the order meanwhile, and whoever does at this moment be done first: then it is looked at again. */
const ENTER_OF_UNCHANGED = statement<{ entered: true }>(
  `with unchanged as materialized (
     select id from topup_orders
     where id = $13 and status = $14 and payment_invoice_id is not distinct from $15
     for update
   )
   insert into payment_events (${COLUMNS}) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, id from unchanged
   on conflict on constraint payment_events_event_key do nothing returning true as entered`,
);

/** Of a payment that moves nothing. Not where the order is another by now than it was decided on, nor a second time. */
export async function enterEventOf(database: DataSource, { order }: SettlementFacts, event: PaymentEvent) {
  const seen = [order.id, order.status, order.paymentInvoiceId];
  return (await send(database, call(ENTER_OF_UNCHANGED, ...eventValues(event), ...seen))).length === 1;
}

const MOVE_BY_EVENT = statement(`with ${MOVED}, entered as (
    insert into payment_events (${COLUMNS})
    select $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, id from moved
  ) ${ENQUEUED}`);

async function moveByEvent(database: DataSource, order: TopupOrder, move: Move, event: PaymentEvent, cause: Cause) {
  try {
    const values = [...moveValues(order, move, cause), ...eventValues(event)];
    return (await send(database, call(MOVE_BY_EVENT, ...values))).length === 1;
  } catch (error) {
    // In the inbox since it was looked for there: to be looked at again.
    if (violatesUnique(error, 'payment_events_event_key')) return false;
    throw error;
  }
}

/** Enters the event and credits the order. Not where the order is another by now than it was decided on. */
export function creditByEvent(
  database: DataSource,
  { order, lines }: SettlementFacts,
  event: PaymentEvent,
  cause: Cause,
) {
  return moveByEvent(database, order, creditOf(order, lines, event, cause.at), event, cause);
}

/** The same, and puts the order under review: nothing is credited, and an operator is told by mail. */
export function reviewByEvent(database: DataSource, { order }: SettlementFacts, event: PaymentEvent, cause: Cause) {
  const job = mailOfOrder('payment_under_review', order);
  const move: Move = { to: 'PAYMENT_REVIEW', paidAt: null, invoiceId: event.invoiceId, lines: [], job };
  return moveByEvent(database, order, move, event, cause);
}
