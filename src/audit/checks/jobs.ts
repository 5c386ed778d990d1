import { AWAITS_BOOKING, AWAITS_PAYMENT } from '../../orders/index.ts';
import { oneOf, raw, sql } from '../../platform/database/sql.ts';
import type { Check } from './check.ts';

/** After this long the retries have not helped, and an operator should look. */
const WITHIN = raw(`interval '1 hour'`);

/** Finds work that makes no progress (domain.md 10). */
export const jobsChecks: readonly Check[] = [
  {
    name: 'paid_order_is_booked',
    meaning: 'An order was paid more than an hour ago, and accounting has not booked it.',
    ofChanges: 'everything',
    sql: (now) => sql`
      select o.number as subject, format('since %s', max(step.at)) as detail
      from topup_orders o
      join topup_order_events step on step.order_id = o.id and step.to_status in (${oneOf(AWAITS_BOOKING)}) and step.from_status <> step.to_status
      where o.status in (${oneOf(AWAITS_BOOKING)})
      group by o.number having max(step.at) < ${now}::timestamptz - ${WITHIN}`,
  },
  {
    name: 'paid_order_has_its_job',
    meaning: 'An order is paid, not booked, and no job will book it.',
    ofChanges: 'everything',
    sql: () => sql`
      select number as subject, format('paid at %s', paid_at) as detail
      from topup_orders o
      where status in (${oneOf(AWAITS_BOOKING)})
        and not exists (select from graphile_worker.jobs job where job.key = 'book_paid_pi:' || o.id)`,
  },
  {
    name: 'pending_order_moves',
    meaning: 'An order waits for a payment an hour past its deadline, or has had no invoice for an hour.',
    ofChanges: 'everything',
    sql: (now) => sql`
      select number as subject, format('to be paid until %s, invoice %s', payment_expires_at, coalesce(payment_invoice_id, 'none')) as detail
      from topup_orders
      where status in (${oneOf(AWAITS_PAYMENT)})
        and (payment_expires_at < ${now}::timestamptz - ${WITHIN}
             or (payment_invoice_id is null and confirmed_at < ${now}::timestamptz - ${WITHIN}))`,
  },
  {
    name: 'job_has_attempts_left',
    meaning: 'A job has used up its attempts: it does not run again until an operator retries it.',
    ofChanges: 'everything',
    sql: () => sql`
      select coalesce(o.number, job.key, job.task_identifier || ' ' || job.id) as subject, format('%s, job %s', job.task_identifier, job.id) as detail
      from graphile_worker.jobs job
      -- Our jobs' keys end in the order's id (orders/order-jobs.ts).
      left join topup_orders o
        on o.id = case when right(job.key, 36) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then right(job.key, 36)::uuid end
      where job.attempts >= job.max_attempts and job.locked_at is null`,
  },
];
