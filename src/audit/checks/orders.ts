import { sql } from '../../platform/database/sql.ts';
import type { Check } from './check.ts';

/** Totals and timelines (domain.md 8). */
export const ordersChecks: readonly Check[] = [
  {
    name: 'total_equals_lines',
    meaning: "An order's total is not the sum of its lines.",
    ofChanges: 'orders',
    sql: () => sql`
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
    sql: () => sql`
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
    sql: () => sql`
      select o.number as subject,
             format('a step from %s after one to %s', coalesce(from_status, 'nothing'), coalesce(previous, 'nothing')) as detail
      from (
        select order_id, from_status, lag(to_status) over (partition by order_id order by id) as previous
        from topup_order_events
      ) as step
      join topup_orders o on o.id = step.order_id
      where from_status is distinct from previous`,
  },
];
