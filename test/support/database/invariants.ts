import { expect } from 'vitest';
import type { TestDatabase } from './database.ts';

/**
 * Queries whose every row is a violation of domain.md 8 and 9; re-checked after every test file. Written apart from the
 * product's own audit, so that one mistake does not blind both.
 */
const VIOLATIONS: Record<string, string> = {
  'a counter is not the sum of its ledger': `
    select organization_id, quota_code, balance, excess_settled, topup, settlement
    from organization_packages
    full join (
      select organization_id, quota_code,
             coalesce(sum(quantity) filter (where kind <> 'EXCESS_SETTLEMENT'), 0) as topup,
             coalesce(sum(quantity) filter (where kind = 'EXCESS_SETTLEMENT'), 0) as settlement
      from quota_ledger_entries group by organization_id, quota_code
    ) as ledger using (organization_id, quota_code)
    where balance is distinct from topup or excess_settled is distinct from settlement`,
  'a line of a paid order is not entered, or one of another order is': `
    select o.number, o.status, line.kind, line.quota_code, entry.quantity
    from topup_orders o
    join topup_order_lines line on line.order_id = o.id
    left join quota_ledger_entries entry on entry.order_line_id = line.id and entry.kind <> 'REFUND'
    where (o.status in ('PAID', 'COMPLETED') or (o.status = 'REFUNDED' and exists (
            select from topup_order_events where order_id = o.id and to_status = 'PAID')))
          <> (entry.id is not null)
       or (entry.id is not null
           and entry.quantity <> case line.kind when 'TOPUP' then line.credits else line.quantity end)`,
  'more was taken back than credited, or of an order that is not refunded': `
    select o.number, o.status, line.quota_code, line.credits, entry.quantity
    from quota_ledger_entries entry
    join topup_order_lines line on line.id = entry.order_line_id
    join topup_orders o on o.id = line.order_id
    where entry.kind = 'REFUND'
      and (entry.quantity not between -line.credits and -1 or line.kind <> 'TOPUP' or o.status <> 'REFUNDED')`,
  'a total is not the sum of its lines': `
    select o.number, o.total, sum(line.amount) from topup_orders o
    join topup_order_lines line on line.order_id = o.id
    group by o.id having o.total <> sum(line.amount + line.added_tax)
       or o.topup_total <> coalesce(sum(line.amount) filter (where line.kind = 'TOPUP'), 0)`,
  'a timeline does not end where the order is': `
    select o.number, o.status, last.to_status from topup_orders o
    join lateral (
      select to_status from topup_order_events where order_id = o.id order by id desc limit 1
    ) as last on true
    where last.to_status <> o.status`,
  'a timeline has a gap': `
    select order_id, from_status, previous from (
      select order_id, from_status, lag(to_status) over (partition by order_id order by id) as previous
      from topup_order_events
    ) as step where from_status is distinct from previous`,
  'a payment that moved nothing has no step of its own, or a step has no payment': `
    select order_id, at, payments, steps, moves from (
      select order_id, recorded_at as at, count(*) as payments from order_payments where kind = 'PAYMENT' group by 1, 2
    ) as payment
    full join (
      select order_id, at, count(*) filter (where from_status = to_status) as steps,
             count(*) filter (where from_status <> to_status) as moves
      from topup_order_events where cause like 'payment: %' or cause like 'payment received: %' group by 1, 2
    ) as step using (order_id, at)
    where coalesce(steps, 0) > coalesce(payments, 0) or (coalesce(moves, 0) = 0 and coalesce(steps, 0) <> payments)`,
  'a paid order received less than it asks for, and nobody approved that': `
    select o.number, o.total, coalesce(sum(payment.amount), 0) as received from topup_orders o
    left join order_payments payment on payment.order_id = o.id and payment.kind = 'PAYMENT'
    where o.status in ('PAID', 'COMPLETED')
      and not exists (select from topup_order_events where order_id = o.id and cause like 'operator: payment approved%')
    group by o.id having coalesce(sum(payment.amount), 0) < o.total - o.withheld_total`,
  'more was given back than came in': `
    select order_id, provider, invoice_id from order_payments group by order_id, provider, invoice_id having sum(amount) < 0`,
  'an order was settled twice': `
    select order_id from payment_events where outcome = 'settled' group by order_id having count(*) > 1`,
};

export async function assertInvariants(db: TestDatabase): Promise<void> {
  const found: Record<string, unknown[]> = {};
  for (const [name, sql] of Object.entries(VIOLATIONS)) {
    const rows = await db.query(sql);
    if (rows.length > 0) found[name] = rows;
  }
  expect(found).toEqual({});
}
