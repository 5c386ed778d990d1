import { REFUNDED } from '../../orders/index.ts';
import { oneOf, sql } from '../../platform/database/sql.ts';
import type { Check } from './check.ts';
import { isPaid } from './is-paid.ts';

/** Credits and counters (domain.md 9). */
export const ledgerChecks: readonly Check[] = [
  {
    name: 'counter_equals_ledger',
    meaning: 'A counter is not the sum of its ledger entries.',
    ofChanges: 'counters',
    sql: () => sql`
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
    name: 'entry_has_its_balance',
    meaning: 'The balance after a ledger entry is not the sum of its quota up to there.',
    ofChanges: 'counters',
    // The first wrong entry of a counter: those after it repeat its fault.
    sql: () => sql`
      select distinct on (organization_id, quota_code) organization_id || ' ' || quota_code as subject,
             format('entry %s: balance %s, sum %s', id, balance_after, balance) as detail
      from (
        select organization_id, quota_code, created_at, id, balance_after,
               sum(case kind when 'EXCESS_SETTLEMENT' then 0 else quantity end)
                 over (partition by organization_id, quota_code order by created_at, id) as balance
        from quota_ledger_entries
      ) as summed
      where balance_after is distinct from balance
      order by organization_id, quota_code, created_at, id`,
  },
  {
    name: 'paid_order_is_credited',
    meaning: 'A line of a paid order is not in the ledger.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s line of %s is not entered', line.kind, line.quota_code) as detail
      from topup_orders o join topup_order_lines line on line.order_id = o.id
      where ${isPaid}
        and not exists (
          select from quota_ledger_entries entry where entry.order_line_id = line.id and entry.kind <> 'REFUND'
        )`,
  },
  {
    name: 'credit_belongs_to_paid_order',
    meaning: 'The ledger has an entry for an order that is not paid.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s entry of %s, and the order is %s', entry.kind, entry.quota_code, o.status) as detail
      from quota_ledger_entries entry
      join topup_order_lines line on line.id = entry.order_line_id
      join topup_orders o on o.id = line.order_id
      where not ${isPaid}`,
  },
  {
    name: 'credit_equals_line',
    meaning: 'The quantity of a ledger entry is not that of its line, or a line has more than one entry.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject,
             format('%s of %s: entered %s in %s entries', line.kind, line.quota_code, credit.quantity, credit.entries) as detail
      from (
        select order_line_id, sum(quantity) as quantity, count(*) as entries
        from quota_ledger_entries where kind <> 'REFUND' group by order_line_id
      ) as credit
      join topup_order_lines line on line.id = credit.order_line_id
      join topup_orders o on o.id = line.order_id
      where credit.entries > 1
         or credit.quantity <> case line.kind when 'TOPUP' then line.credits else line.quantity end`,
  },
  {
    name: 'refund_within_credit',
    meaning: 'A refund exceeds the credit of its line, or belongs to an order that is not REFUNDED.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject,
             format('%s: taken back %s of %s, and the order is %s', line.quota_code, -sum(entry.quantity), line.credits, o.status) as detail
      from quota_ledger_entries entry
      join topup_order_lines line on line.id = entry.order_line_id
      join topup_orders o on o.id = line.order_id
      where entry.kind = 'REFUND'
      group by o.number, o.status, line.id, line.quota_code, line.credits
      having -sum(entry.quantity) > line.credits or o.status not in (${oneOf(REFUNDED)})`,
  },
];
