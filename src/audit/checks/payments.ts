import { AWAITS_BOOKING, CREDITED, REFUNDED, UNDER_REVIEW } from '../../orders/index.ts';
import { MOVING_OUTCOMES } from '../../payments/index.ts';
import { oneOf, sql } from '../../platform/database/sql.ts';
import type { Check } from './check.ts';

/** Payments, and what they moved (domain.md 8). */
export const paymentsChecks: readonly Check[] = [
  {
    name: 'paid_order_has_its_payment',
    meaning: 'An order is paid without a payment: none matched it, and no operator approved one.',
    ofChanges: 'orders',
    sql: () => sql`
      select number as subject, format('%s, paid at %s', status, paid_at) as detail
      from topup_orders o
      where (status in (${oneOf(CREDITED)}) or completed_at is not null)
        and not exists (
          select from payment_events event
          where event.order_id = o.id
            and (event.outcome = 'settled'
                 or (event.outcome = 'review' and exists (
                       select from topup_order_events step
                       where step.order_id = o.id and step.from_status in (${oneOf(UNDER_REVIEW)}) and step.to_status in (${oneOf(AWAITS_BOOKING)})
                         and step.actor is not null and step.reason is not null)))
        )`,
  },
  {
    name: 'payment_matches_status',
    meaning: "A payment event moved an order, but the order's status does not follow from it.",
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('event %s, status %s', event.outcome, o.status) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where (event.outcome = 'settled' and o.status not in (${oneOf(CREDITED)}) and o.completed_at is null)
         or (event.outcome = 'review' and o.status not in (${oneOf([...UNDER_REVIEW, ...CREDITED, ...REFUNDED])}))`,
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
    meaning: 'Two payments moved one order.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s payments', count(*)) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where event.outcome in (${oneOf(MOVING_OUTCOMES)})
      group by o.id, o.number having count(*) > 1`,
  },
];
