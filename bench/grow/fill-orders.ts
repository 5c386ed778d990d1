import type { DataSource } from 'typeorm';
import { relatedRows } from './fill-related.ts';

export interface Extent {
  /** The smallest number of orders: about a thousand are in flight at any time. */
  orders: number;
  organizations: number;
  /** LARGE_ORGANIZATION has one of this many orders. */
  largestHasOneIn: number;
}

/** This organization has far more orders than the others. */
export const LARGE_ORGANIZATION = '10000';
/** This organization stands for the others, with about as many orders as each of them. */
export const USUAL_ORGANIZATION = '10007';

/**
 * Writes orders as the product would leave them over the last two years, with three lines each and every related row:
 * most completed; some expired, cancelled or refunded; the newest in flight. The rows are inserted in sets and with the
 * triggers off, because triggers would take hours. Numbers are counted instead of drawn at random. Needs PostgreSQL 18
 * (uuidv7). `related` fills the tables beside the orders and their lines.
 */
export async function fillOrders(
  database: DataSource,
  { orders, organizations, largestHasOneIn }: Extent,
  related = relatedRows,
): Promise<void> {
  const session = database.createQueryRunner();
  try {
    // Only this session skips the triggers.
    await session.query(`set session_replication_role = replica`);
    await session.query(`set work_mem = '256MB'`);
    await session.query(`set maintenance_work_mem = '512MB'`);
    const indexes: { name: string; text: string }[] = await session.query(INDEXES);
    for (const { name } of indexes) await session.query(`drop index ${name}`);
    for (const statement of [WANTED, ...ORDERS, ...related(TOTAL), 'drop table wanted']) {
      await session.query(
        statement
          .replaceAll(':orders', String(orders))
          .replaceAll(':organizations', String(organizations))
          .replaceAll(':largest', String(largestHasOneIn)),
      );
    }
    for (const { text } of indexes) await session.query(text);
  } finally {
    await session.query(`reset work_mem`);
    await session.query(`reset maintenance_work_mem`);
    await session.query(`set session_replication_role = origin`);
    await session.release();
  }
  await database.query('vacuum analyze');
}

/** The indexes that no constraint needs: building them over all rows is faster than row by row. */
const INDEXES = `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as text
  from pg_index join pg_class on pg_class.oid = indrelid
  where relnamespace = 'public'::regnamespace and not exists (select from pg_constraint where conindid = indexrelid)`;

/**
 * `n` counts from the newest order. The number of orders in flight does not depend on the total: it follows the
 * business of a day. The kinds are the paths through the state table.
 */
const WANTED = `create temporary table wanted as
  select n, kind, at, uuidv7(at - now()) as id, uuidv7(at - now()) as balance_line, uuidv7(at - now()) as seats_line,
         uuidv7(at - now()) as third_line, to_char(at, 'YYYY-MM') as month, at + interval '2 minutes' as paid_at,
         case when n % :largest = 0 then ${LARGE_ORGANIZATION} else ${LARGE_ORGANIZATION} + 1 + n % (:organizations - 1) end::text as organization_id,
         kind not in ('draft', 'draft expired', 'draft cancelled') as confirmed, kind in ('paid', 'completed') as credited,
         kind in ('paid', 'completed', 'review', 'refunded') as paid,
         1000000 + n % 1000 * 1000 as balance, n % 7 + 1 as seats,
         -- Of the large organization about one order a month, for who reports what is owed by the month.
         case when n % 20 = 3 or n % (:largest * greatest(1, :orders / (24 * :largest))) = 0 then 100 + n % 50 end as excess
  from generate_series(1, :orders) as n
  cross join lateral (select case
    when n <= 200 then 'draft'
    when n <= 600 then 'pending'
    when n <= 620 then 'paid'
    when n <= 630 then 'review'
    when n <= 830 then 'late'
    when n % 101 < 12 then 'draft expired'
    when n % 101 < 15 then 'draft cancelled'
    when n % 101 < 20 then 'expired'
    when n % 101 < 23 then 'cancelled'
    when n % 101 < 24 then 'refunded'
    else 'completed' end as kind) as what
  cross join lateral (select date_trunc('milliseconds', now()) - case kind
    when 'draft' then interval '10 minutes'
    when 'pending' then n % 20 * interval '1 hour' + interval '5 minutes'
    when 'paid' then interval '7 minutes'
    when 'review' then interval '1 day'
    when 'late' then interval '30 hours'
    else interval '3 days' + n * (interval '2 years' / :orders) end as at) as time
  -- Older rows lie before newer ones, as they would.
  order by at`;

const TOPUP_TOTAL = `balance + seats * 50000 + case when excess is null then 300000 else 0 end`;
const EXCESS_TOTAL = `coalesce(excess * 600, 0)`;
const TOTAL = `${TOPUP_TOTAL} + ${EXCESS_TOTAL}`;

const ORDERS = [
  `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
     quote_expires_at, confirmed_at, payment_expires_at, payment_invoice_id, payment_url, payment_checked_at, paid_at,
     completed_at, paid_invoice_number, correlation_id, created_at)
   select id, 'TU-' || n, organization_id, 'PT ' || organization_id,
     case kind when 'draft' then 'DRAFT' when 'pending' then 'PENDING_PAYMENT' when 'paid' then 'PAID'
       when 'review' then 'PAYMENT_REVIEW' when 'refunded' then 'REFUNDED' when 'completed' then 'COMPLETED'
       when 'draft cancelled' then 'CANCELLED' when 'cancelled' then 'CANCELLED' else 'EXPIRED' end,
     ${TOPUP_TOTAL}, ${EXCESS_TOTAL}, ${TOTAL}, at + interval '30 minutes',
     case when confirmed then at + interval '1 minute' end,
     case when confirmed then at + interval '1 day 1 minute' end,
     case when confirmed then 'inv_' || n end, case when confirmed then 'https://pay.example/' || n end,
     case when kind in ('pending', 'expired', 'cancelled') then at + interval '3 minutes' end,
     case when credited then paid_at end, case when kind = 'completed' then paid_at + interval '1 second' end,
     case when kind = 'completed' then 'PI/' || n end, gen_random_uuid()::text, at
   from wanted`,
  `insert into topup_order_lines (id, order_id, position, kind, quota_code, label, package_id, package_code, quota_type,
     billing_version_for_pi, quantity, multiplier, credits, unit_price, amount, excess_period)
   select line.* from wanted cross join lateral (values
     (balance_line, id, 0, 'TOPUP', 'wa_balance', 'WhatsApp balance', 'pkg_wa', 'WA-BALANCE', 'lifetime', 'v3', balance, 1, balance, 1,
      balance, null),
     (seats_line, id, 1, 'TOPUP', 'agent_extra', 'Users', 'pkg_agent', 'AGENT-EXTRA', 'contract', 'v3', seats, 1, seats, 50000,
      seats * 50000, null),
     (third_line, id, 2, case when excess is null then 'TOPUP' else 'EXCESS' end, 'muv', 'Monthly unique visitors', 'pkg_muv',
      'MUV', 'monthly', 'v3', coalesce(excess, 500), 1, case when excess is null then 500 else 0 end, 600,
      coalesce(excess, 500) * 600, case when excess is not null then month end)
   ) as line`,
];
