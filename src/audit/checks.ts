/**
 * The invariants of domain.md 8 to 10 as SQL over the whole database. Each query answers its violations: `subject` is an
 * order's number where there is one, and `detail` says what is and what should be.
 */
export interface Check {
  name: string;
  /** For operators: what a violation means. */
  meaning: string;
  sql: string;
  /**
   * What of it an audit of changes looks at (changes.ts): orders that changed; counters of their organizations; everything, where
   * the query reads by an index what is under way and no more.
   */
  ofChanges: 'orders' | 'counters' | 'everything';
}

/** Longer than this and somebody should look: the background has had its retries. */
const BOOKED_WITHIN = `interval '1 hour'`;

export const CHECKS: readonly Check[] = [
  {
    name: 'counter_equals_ledger',
    meaning: 'A counter is not the sum of its ledger entries.',
    ofChanges: 'counters',
    sql: `
      select organization_id || ' ' || quota_code as subject,
             format('balance %s, ledger %s; settled %s, ledger %s', balance, topup, excess_settled, settlement) as detail
      from organization_packages
      full join (
        select organization_id, quota_code,
               coalesce(sum(quantity) filter (where kind in ('TOPUP', 'REFUND')), 0) as topup,
               coalesce(sum(quantity) filter (where kind = 'EXCESS_SETTLEMENT'), 0) as settlement
        from quota_ledger_entries group by organization_id, quota_code
      ) as ledger using (organization_id, quota_code)
      where balance is distinct from topup or excess_settled is distinct from settlement`,
  },
  {
    name: 'paid_order_is_credited',
    meaning: 'A line of a paid order is not in the ledger.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject, format('%s line of %s is not entered', line.kind, line.quota_code) as detail
      from topup_orders o join topup_order_lines line on line.order_id = o.id
      where (o.status in ('PAID', 'COMPLETED') or o.completed_at is not null)
        and not exists (
          select from quota_ledger_entries entry where entry.order_line_id = line.id and entry.kind <> 'REFUND'
        )`,
  },
  {
    name: 'credit_belongs_to_paid_order',
    meaning: 'The ledger has an entry of an order that is not paid.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject, format('%s entry of %s, and the order is %s', entry.kind, entry.quota_code, o.status) as detail
      from quota_ledger_entries entry
      join topup_order_lines line on line.id = entry.order_line_id
      join topup_orders o on o.id = line.order_id
      where o.status not in ('PAID', 'COMPLETED') and o.completed_at is null`,
  },
  {
    name: 'credit_equals_line',
    meaning: 'A ledger entry has another quantity than its line, or a line is entered more than once.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject,
             format('%s of %s: entered %s in %s entries', line.kind, line.quota_code, entered.quantity, entered.entries) as detail
      from (
        select order_line_id, sum(quantity) as quantity, count(*) as entries
        from quota_ledger_entries where kind <> 'REFUND' group by order_line_id
      ) as entered
      join topup_order_lines line on line.id = entered.order_line_id
      join topup_orders o on o.id = line.order_id
      where entered.entries > 1
         or entered.quantity <> case line.kind when 'TOPUP' then line.credits else line.quantity end`,
  },
  {
    name: 'refund_within_credit',
    meaning: 'More was taken back of a line than it had credited, or of an order that is not refunded.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject,
             format('%s: taken back %s of %s, and the order is %s', line.quota_code, -sum(entry.quantity), line.credits, o.status) as detail
      from quota_ledger_entries entry
      join topup_order_lines line on line.id = entry.order_line_id
      join topup_orders o on o.id = line.order_id
      where entry.kind = 'REFUND'
      group by o.number, o.status, line.id, line.quota_code, line.credits
      having -sum(entry.quantity) > line.credits or o.status <> 'REFUNDED'`,
  },
  {
    name: 'total_equals_lines',
    meaning: 'An order charges something else than the sum of its lines.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject, format('total %s, lines %s', o.total, coalesce(lines.total, 0)) as detail
      from topup_orders o
      left join (
        select order_id, sum(amount) as total, coalesce(sum(amount) filter (where kind = 'TOPUP'), 0) as topup_total
        from topup_order_lines group by order_id
      ) as lines on lines.order_id = o.id
      where o.total is distinct from lines.total or o.topup_total is distinct from lines.topup_total`,
  },
  {
    name: 'timeline_ends_at_status',
    meaning: "The last step of an order's timeline is not its status.",
    ofChanges: 'orders',
    sql: `
      select o.number as subject, format('status %s, timeline %s', o.status, coalesce(last.to_status, 'empty')) as detail
      from topup_orders o
      left join (
        select distinct on (order_id) order_id, to_status from topup_order_events order by order_id, id desc
      ) as last on last.order_id = o.id
      where last.to_status is distinct from o.status`,
  },
  {
    name: 'timeline_has_no_gap',
    meaning: 'A step of a timeline does not begin where the one before it ended.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject,
             format('a step from %s after one to %s', coalesce(from_status, 'nothing'), coalesce(previous, 'nothing')) as detail
      from (
        select order_id, from_status, lag(to_status) over (partition by order_id order by id) as previous
        from topup_order_events
      ) as step
      join topup_orders o on o.id = step.order_id
      where from_status is distinct from previous`,
  },
  {
    name: 'paid_order_has_its_payment',
    meaning: 'An order is paid, and no payment made it so: none that fitted, and none that an operator approved.',
    ofChanges: 'orders',
    sql: `
      select number as subject, format('%s, paid at %s', status, paid_at) as detail
      from topup_orders o
      where (status in ('PAID', 'COMPLETED') or completed_at is not null)
        and not exists (
          select from payment_events event
          where event.order_id = o.id
            and (event.outcome = 'settled'
                 or (event.outcome = 'review' and exists (
                       select from topup_order_events step
                       where step.order_id = o.id and step.from_status = 'PAYMENT_REVIEW' and step.to_status = 'PAID'
                         and step.actor is not null and step.reason is not null)))
        )`,
  },
  {
    name: 'payment_matches_status',
    meaning: 'A payment event moved an order, and the order is not where that leads.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject, format('event %s, status %s', event.outcome, o.status) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where (event.outcome = 'settled' and o.status not in ('PAID', 'COMPLETED') and o.completed_at is null)
         or (event.outcome = 'review' and o.status not in ('PAYMENT_REVIEW', 'PAID', 'COMPLETED', 'REFUNDED'))`,
  },
  {
    name: 'paid_order_is_booked',
    meaning: 'An order was paid more than an hour ago, and accounting has not booked it.',
    ofChanges: 'everything',
    sql: `
      select o.number as subject, format('since %s', step.at) as detail
      from topup_orders o
      join topup_order_events step on step.order_id = o.id and step.to_status = 'PAID' and step.from_status <> 'PAID'
      where o.status = 'PAID' and step.at < $1::timestamptz - ${BOOKED_WITHIN}`,
  },
  {
    name: 'paid_order_has_its_job',
    meaning: 'An order is paid, not booked, and no job will book it.',
    ofChanges: 'everything',
    sql: `
      select number as subject, format('paid at %s', paid_at) as detail
      from topup_orders o
      where status = 'PAID'
        and not exists (select from graphile_worker.jobs job where job.key = 'book_paid_pi:' || o.id)`,
  },
  {
    name: 'paid_invoice_of_one_order',
    meaning: 'Two orders have the same paid PI: accounting has one of them only.',
    ofChanges: 'orders',
    sql: `
      select string_agg(number, ' ' order by number) as subject, paid_invoice_number as detail
      from topup_orders where paid_invoice_number is not null
      group by paid_invoice_number having count(*) > 1`,
  },
  {
    name: 'inbox_is_processed',
    meaning: 'A payment stands in the inbox as that of no order, and the order is there.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject, format('event %s of invoice %s, %s %s', event.id, event.invoice_id, event.currency, event.amount) as detail
      from payment_events event join topup_orders o on o.number = event.order_number
      where event.order_id is distinct from o.id
        and not exists (select from payment_exception_closings closing where closing.payment_event_id = event.id)`,
  },
  {
    name: 'payment_is_acted_on_once',
    meaning: 'Two payments moved one order.',
    ofChanges: 'orders',
    sql: `
      select o.number as subject, format('%s payments', count(*)) as detail
      from payment_events event join topup_orders o on o.id = event.order_id
      where event.outcome in ('settled', 'review')
      group by o.id, o.number having count(*) > 1`,
  },
  {
    name: 'pending_order_moves',
    meaning: 'An order waits for a payment an hour past its deadline, or has had no invoice for an hour.',
    ofChanges: 'everything',
    sql: `
      select number as subject, format('to be paid until %s, invoice %s', payment_expires_at, coalesce(payment_invoice_id, 'none')) as detail
      from topup_orders
      where status = 'PENDING_PAYMENT'
        and (payment_expires_at < $1::timestamptz - ${BOOKED_WITHIN}
             or (payment_invoice_id is null and confirmed_at < $1::timestamptz - ${BOOKED_WITHIN}))`,
  },
  {
    name: 'job_has_attempts_left',
    meaning: 'A job has used up its attempts: it does nothing more until it is retried by hand.',
    ofChanges: 'everything',
    sql: `
      select coalesce(o.number, job.key, job.task_identifier || ' ' || job.id) as subject, format('%s, job %s', job.task_identifier, job.id) as detail
      from graphile_worker.jobs job
      -- Our jobs' keys end in the order's id (orders/order-jobs.ts).
      left join topup_orders o
        on o.id = case when right(job.key, 36) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then right(job.key, 36)::uuid end
      where job.attempts >= job.max_attempts and job.locked_at is null`,
  },
];
