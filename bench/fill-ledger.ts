import type { DataSource } from 'typeorm';

export interface Filling {
  /** Ledger entries: two per order. */
  rows: number;
  organizations: number;
}

/**
 * Paid and booked orders as the product would have left them over the last two years, with every row that belongs to them;
 * one in a hundred is paid and still to be booked. Set by set and past the triggers, which would take hours. Numbers stand in
 * for what the product draws by chance. Wants PostgreSQL 18 (uuidv7).
 */
export async function fillLedger(database: DataSource, { rows, organizations }: Filling): Promise<void> {
  const session = database.createQueryRunner();
  try {
    // For this one session: the triggers are there for all others.
    await session.query(`set session_replication_role = replica`);
    const isOlder = ((await session.query(BALANCES)) as object[]).length === 0;
    for (const statement of STATEMENTS) {
      await session.query(
        statement
          .replaceAll(':orders', String(rows / 2))
          .replaceAll(':organizations', String(organizations))
          .replace(':balance', isOlder ? '' : ', balance_after')
          .replace(
            ':sum',
            isOlder ? '' : ', sum(quantity) over (partition by organization_id, quota_code order by at, id)',
          ),
      );
    }
  } finally {
    await session.query(`set session_replication_role = origin`);
    await session.release();
  }
  await database.query('vacuum analyze');
}

/** A database of an older build has no such column. */
const BALANCES = `select from information_schema.columns where table_name = 'quota_ledger_entries' and column_name = 'balance_after'`;

/** Order i: a WhatsApp balance of 1,000,000 rupiah and more, and i % 7 + 1 seats at 50,000. */
const STATEMENTS = [
  `create temporary table wanted as
   select i, uuidv7(at - now()) as id, uuidv7(at - now()) as balance_line, uuidv7(at - now()) as seats_line, at,
          (10000 + i % :organizations)::text as organization_id, i % 100 <> 0 as booked,
          1000000 + (i % 1000) * 1000 as balance, i % 7 + 1 as seats
   from generate_series(1, :orders) as i
   cross join lateral (select case
     -- Paid, and to be booked: it has waited for minutes, which is no violation.
     when i % 100 = 0 then now() - interval '5 minutes'
     else now() - interval '2 hours' - (:orders - i) * (interval '2 years' / :orders)
   end as at) as paid`,
  `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
     quote_expires_at, confirmed_at, payment_expires_at, payment_invoice_id, payment_url, payment_checked_at, paid_at,
     completed_at, paid_invoice_number, correlation_id, created_at)
   select id, 'TU-' || i, organization_id, 'PT ' || organization_id, case when booked then 'COMPLETED' else 'PAID' end,
     balance + seats * 50000, 0, balance + seats * 50000, at + interval '28 minutes', at - interval '1 minute',
     at + interval '1 day', 'inv_' || i, 'https://pay.example/' || i, null, at,
     case when booked then at + interval '1 second' end, case when booked then 'PI/' || i end,
     gen_random_uuid()::text, at - interval '2 minutes'
   from wanted`,
  `insert into topup_order_lines (id, order_id, position, kind, quota_code, label, quota_type, billing_version_for_pi,
     quantity, multiplier, credits, unit_price, amount)
   select balance_line, id, 0, 'TOPUP', 'wa_balance', 'WhatsApp balance', 'lifetime', 'v3',
     balance, 1, balance, 1, balance from wanted
   union all
   select seats_line, id, 1, 'TOPUP', 'agent_extra', 'Users', 'contract', 'v3',
     seats, 1, seats, 50000, seats * 50000 from wanted`,
  `insert into topup_order_events (order_id, at, from_status, to_status, cause, correlation_id)
   select id, at + step.later, step.from_status, step.to_status, step.cause, 'bench'
   from wanted cross join (values
     (0, interval '-2 minutes', null, 'DRAFT', 'createTopupOrder'),
     (1, interval '-1 minute', 'DRAFT', 'PENDING_PAYMENT', 'confirmOrder'),
     (2, interval '0', 'PENDING_PAYMENT', 'PAID', 'payment: webhook'),
     (3, interval '1 second', 'PAID', 'COMPLETED', 'paid PI booked')
   ) as step (position, later, from_status, to_status, cause)
   where booked or step.to_status <> 'COMPLETED'
   order by at + step.later, step.position`,
  `insert into payment_events (id, event_id, source, type, order_number, order_id, invoice_id, amount, currency, paid_at,
     payment_method, outcome, received_at)
   select uuidv7(at - now()), 'webhook:msg_' || i, 'webhook', 'invoice.paid', 'TU-' || i, id, 'inv_' || i,
     balance + seats * 50000, 'IDR', at, 'va_bni', 'settled', at from wanted`,
  `insert into quota_ledger_entries (id, organization_id, order_line_id, quota_code, kind, quantity, created_at :balance)
   select entry.* :sum from (
     select uuidv7(at - now()) as id, organization_id, balance_line, 'wa_balance' as quota_code, 'TOPUP', balance as quantity, at
     from wanted
     union all
     select uuidv7(at - now()), organization_id, seats_line, 'agent_extra', 'TOPUP', seats, at from wanted
   ) as entry`,
  `insert into organization_packages (organization_id, quota_code, balance, excess_settled, updated_at)
   select organization_id, quota_code, sum(quantity), 0, max(created_at)
   from quota_ledger_entries group by organization_id, quota_code`,
  `select graphile_worker.add_job('book_paid_pi', json_build_object('orderId', id), run_at := now() + interval '1 day',
     job_key := 'book_paid_pi:' || id) from wanted where not booked`,
  `drop table wanted`,
];
