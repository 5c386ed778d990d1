import { AWAITS_BOOKING, CREDITED, PAYMENT_RECEIVED, REFUNDED, UNDER_REVIEW } from '../../orders/index.ts';
import { SYSTEM_ACTOR, TO_GIVE_BACK } from '../../payments/index.ts';
import { oneOf, raw, type Sql, sql } from '../../platform/database/sql.ts';
import type { Check } from './check.ts';
import { isPaid } from './is-paid.ts';

/** The clocks of two replicas differ by less. */
const SKEW = raw(`interval '1 minute'`);
/** A hint is checked at once. After this long neither its job nor the poll has asked. */
const CHECKED_WITHIN = raw(`interval '1 hour'`);

/** The causes of steps for payments that moved nothing. */
const PAYMENT_STEP = raw(`'${PAYMENT_RECEIVED}%'`);

/** An operator accepted the payments of order `o` as they were. */
const isApproved: Sql = sql`exists (
  select from topup_order_events step
  where step.order_id = o.id and step.from_status in (${oneOf(UNDER_REVIEW)}) and step.to_status in (${oneOf(AWAITS_BOOKING)})
    and step.actor is not null and step.reason is not null)`;

/** The time of the first credit of order `o`. */
const creditedAt: Sql = sql`(
  select min(at) from topup_order_events where order_id = o.id and to_status in (${oneOf(AWAITS_BOOKING)}) and from_status <> to_status)`;

/** The time at which order `o` was refunded. */
const refundedAt: Sql = sql`(
  select max(at) from topup_order_events where order_id = o.id and to_status in (${oneOf(REFUNDED)}) and from_status <> to_status)`;

/** The sum whose receipt settles order `o` (src/orders/rules/payable.ts). */
const payable: Sql = sql`(o.total - o.withheld_total)`;

/** The sums that operators gave back for order `o`, by currency. */
const givenBackOf: Sql = sql`(
  select original_currency as currency,
    coalesce(sum(original_amount::numeric) filter (where channel = 'PROVIDER'), 0) as provider,
    coalesce(sum(original_amount::numeric) filter (where channel = 'TRANSFER'), 0) as transfer
  from order_give_backs where order_id = o.id group by original_currency)`;

const cameInFor: Sql = sql`(
  select sum(original_amount::numeric) filter (where kind = 'PAYMENT') as paid,
    sum(original_amount::numeric) filter (where kind = 'REFUND') as shown
  from order_payments where order_id = o.id and original_currency = back.currency)`;

/** The sum that went back: the provider may show what an operator recorded. */
const RETURNED: Sql = sql`(greatest(coalesce(back.provider, 0), coalesce(came.shown, 0)) + coalesce(back.transfer, 0))`;

/** Payments, and what they moved (domain.md 8 and 8.1). */
export const paymentsChecks: readonly Check[] = [
  {
    name: 'paid_order_has_its_payment',
    meaning: 'An order is paid without a payment: none settled it, and no operator approved one.',
    ofChanges: 'orders',
    sql: () => sql`
      select number as subject, format('%s, paid at %s', status, paid_at) as detail
      from topup_orders o
      where ${isPaid}
        and not exists (
          select from payment_events event
          where event.order_id = o.id and (event.outcome = 'settled' or (event.outcome = 'review' and ${isApproved}))
        )`,
  },
  {
    name: 'credit_is_covered',
    meaning: 'An order is credited, but less was received for it than it asks for, and no operator approved that.',
    ofChanges: 'orders',
    // Money that went back before the credit did not cover it; money that went back later has its own check.
    sql: () => sql`
      select o.number as subject, format('received %s of %s', coalesce(sum(payment.amount), 0), ${payable}) as detail
      from topup_orders o
      left join order_payments payment on payment.order_id = o.id
        and (payment.kind = 'PAYMENT' or payment.recorded_at < ${creditedAt} - ${SKEW})
      where ${isPaid} and not ${isApproved}
      group by o.id, o.number, o.total, o.withheld_total having coalesce(sum(payment.amount), 0) < ${payable}`,
  },
  {
    name: 'surplus_has_its_exception',
    meaning: 'More was received for a credited order than it asks for, and no exception tells an operator.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('received %s of %s', sum(payment.amount), ${payable}) as detail
      from topup_orders o join order_payments payment on payment.order_id = o.id
      where o.status in (${oneOf(CREDITED)}) and not ${isApproved}
      group by o.id, o.number, o.total, o.withheld_total
      having sum(payment.amount) - ${payable} > coalesce((
        select sum(event.amount) from payment_events event where event.order_id = o.id and event.outcome = 'surplus'), 0)
      or (bool_or(payment.amount is null) and not exists (
        select from payment_events event where event.order_id = o.id and event.outcome = 'surplus' and event.amount is null))`,
  },
  {
    name: 'payment_after_refund_has_its_exception',
    meaning: 'Money came in for an order after it was refunded, and no exception tells an operator.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('received %s after the refund', sum(payment.amount)) as detail
      from topup_orders o join order_payments payment on payment.order_id = o.id and payment.kind = 'PAYMENT'
      where o.status in (${oneOf(REFUNDED)}) and payment.recorded_at > ${refundedAt} + ${SKEW}
      group by o.id, o.number
      having coalesce(sum(payment.amount), 0) > coalesce((
        select sum(event.amount) from payment_events event
        where event.order_id = o.id and event.outcome = 'surplus' and event.received_at > ${refundedAt} - ${SKEW}), 0)`,
  },
  {
    name: 'refund_has_its_exception',
    meaning: 'Money of a credited order was given back, and no exception tells an operator.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s given back', -sum(payment.amount)) as detail
      from topup_orders o join order_payments payment on payment.order_id = o.id and payment.kind = 'REFUND'
      where o.status in (${oneOf(CREDITED)})
      group by o.id, o.number
      having -sum(payment.amount) > coalesce((
        select sum(event.amount) from payment_events event where event.order_id = o.id and event.outcome = 'refunded'), 0)`,
  },
  {
    name: 'give_backs_within_received',
    meaning: 'More is recorded as given back for an order than came in for it.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s %s given back of %s', back.currency, ${RETURNED}, coalesce(came.paid, 0)) as detail
      from topup_orders o
      join lateral ${givenBackOf} as back on true
      left join lateral ${cameInFor} as came on true
      where ${RETURNED} > coalesce(came.paid, 0)`,
  },
  {
    name: 'give_back_closing_is_covered',
    meaning: 'Exceptions were closed because their money went back, and less went back.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s closed, %s given back', closed.amount, ${RETURNED}) as detail
      from (
        select event.order_id, sum(event.amount) as amount from payment_events event
        join payment_exception_closings closing on closing.payment_event_id = event.id
        where event.outcome in (${oneOf(TO_GIVE_BACK)}) and closing.actor = ${SYSTEM_ACTOR} and event.amount is not null
        group by event.order_id
      ) as closed
      join topup_orders o on o.id = closed.order_id
      left join lateral (select * from ${givenBackOf} as each where each.currency = 'IDR') as back on true
      left join lateral (
        select -sum(amount) filter (where kind = 'REFUND') as shown from order_payments where order_id = o.id
      ) as came on true
      where closed.amount > ${RETURNED}`,
  },
  {
    name: 'payment_has_its_row',
    meaning: 'A payment moved an order, or was noted, and is not among the payments of the order.',
    ofChanges: 'orders',
    // An event of a check names the sum so far.
    sql: () => sql`
      select o.number as subject, format('event %s, %s: %s %s', event.id, event.outcome, event.currency, event.amount) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where event.outcome in ('settled', 'received', 'review') and event.amount > 0
        and event.amount > coalesce((
          select sum(case event.currency when 'IDR' then payment.amount else event.amount end)
          from order_payments payment where payment.order_id = o.id and payment.kind = 'PAYMENT'), 0)`,
  },
  {
    name: 'hint_is_checked',
    meaning: 'A notice told of money more than an hour ago, and the provider was not asked since.',
    ofChanges: 'orders',
    sql: (now) => sql`
      select o.number as subject, format('event %s of %s, asked at %s', event.id, event.received_at, coalesce(o.payment_checked_at::text, 'no time')) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where event.outcome = 'hint' and event.received_at < ${now}::timestamptz - ${CHECKED_WITHIN}
        and (o.payment_checked_at is null or o.payment_checked_at < event.received_at - ${SKEW})`,
  },
  {
    name: 'invoice_pays_one_order',
    meaning: 'Money that came in through one invoice counts for two orders: one of them is not paid.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('invoice %s, and order %s', payment.invoice_id, payment.order_id) as detail
      from topup_orders o
      join order_payments own on own.order_id = o.id
      join order_payments payment using (provider, invoice_id)
      where payment.order_id <> o.id
      group by o.number, payment.invoice_id, payment.order_id`,
  },
  {
    name: 'payment_step_has_its_payment',
    meaning: 'A step of a timeline says that a payment came in, and no payment was recorded with it.',
    ofChanges: 'orders',
    // The reverse cannot be asked: earlier versions recorded payments without a step.
    sql: () => sql`
      select o.number as subject, format('%s steps at %s', count(*), step.at) as detail
      from topup_order_events step join topup_orders o on o.id = step.order_id
      where step.from_status = step.to_status and step.cause like ${PAYMENT_STEP}
      group by o.id, o.number, step.at
      having count(*) > (
        select count(*) from order_payments payment
        where payment.order_id = o.id and payment.kind = 'PAYMENT' and payment.recorded_at = step.at)`,
  },
  {
    name: 'payment_matches_status',
    meaning: "A payment event moved an order, but the order's status does not follow from it.",
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('event %s, status %s', event.outcome, o.status) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where (event.outcome = 'settled' and not ${isPaid})
         or (event.outcome = 'review' and o.status not in (${oneOf([...UNDER_REVIEW, ...CREDITED, ...REFUNDED])}))
         or (event.outcome = 'returned' and o.status not in (${oneOf(REFUNDED)}))`,
  },
  {
    name: 'paid_invoice_of_one_order',
    meaning: 'Two orders have the same paid PI: accounting has booked only one of them.',
    ofChanges: 'orders',
    sql: () => sql`
      select string_agg(number, ' ' order by number) as subject, paid_invoice_number as detail
      from topup_orders where paid_invoice_number is not null
      group by paid_invoice_number having count(*) > 1`,
  },
  {
    name: 'inbox_is_processed',
    meaning: 'The inbox has a payment without an order, but its order exists.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('event %s of invoice %s, %s %s', event.id, event.invoice_id, event.currency, event.amount) as detail
      from payment_events event join topup_orders o on o.number = event.order_number
      where event.order_id is distinct from o.id
        and not exists (select from payment_exception_closings closing where closing.payment_event_id = event.id)`,
  },
  {
    name: 'payment_is_acted_on_once',
    meaning: 'An order was credited, or put under review, twice.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s times %s', count(*), event.outcome) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where event.outcome in ('settled', 'review')
      group by o.id, o.number, event.outcome having count(*) > 1`,
  },
];
