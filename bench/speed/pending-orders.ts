import type { DataSource } from 'typeorm';
import { CHECKS } from '../../src/audit/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { runQuery } from '../../src/platform/database/run-queries.ts';
import type { Query } from '../../src/platform/database/sql.ts';

/** An order's number among those that are made for the bench: eight digits, with which its ids and its invoice begin or end. */
export const FIRST_ORDER = 77_000_001;

/** Two lines, of a WhatsApp balance and two seats. */
export const TOTAL = 1_100_000;
const ORGANIZATIONS = 1000;

/** The organization of such an order. */
export const organizationOf = (order: number) => 10_000 + (order % ORGANIZATIONS);

export const orderIdOf = (order: number) => `${order}-0000-7000-8000-00000000000a`;

/** Confirmed, with an invoice, and as the product would have left them; past the triggers, set by set. */
export async function addPendingOrders(database: DataSource, first: number, count: number): Promise<void> {
  const session = database.createQueryRunner();
  try {
    await session.query('set session_replication_role = replica');
    for (const statement of STATEMENTS) {
      await session.query(`with made as (
        select n, (n || '-0000-7000-8000-00000000000a')::uuid as id, (10000 + n % ${ORGANIZATIONS})::text as organization_id
        from generate_series(${first}, ${first + count - 1}) as n
      ) ${statement}`);
    }
  } finally {
    await session.query('set session_replication_role = origin');
    await session.release();
  }
  await database.query('vacuum analyze topup_orders, topup_order_lines, topup_order_events');
}

const STATEMENTS = [
  `insert into topup_orders (id, number, organization_id, organization_name, status, topup_total, excess_total, total,
     quote_expires_at, confirmed_at, payment_expires_at, payment_invoice_id, payment_url, correlation_id, created_at)
   select id, 'TU-' || n, organization_id, 'PT ' || organization_id, 'PENDING_PAYMENT', ${TOTAL}, 0, ${TOTAL},
     now() + interval '28 minutes', now(), now() + interval '1 day', 'inv_' || n, 'https://pay.example/' || n,
     n || '-0000-4000-8000-00000000000c', now() from made`,
  `insert into topup_order_lines (id, order_id, position, kind, quota_code, label, package_id, package_code, quota_type,
     billing_version_for_pi, quantity, multiplier, credits, unit_price, amount, period_end)
   select (n || '-0000-7000-8000-0000000000b' || position)::uuid, id, position, 'TOPUP', code, label, package, upper(package),
     quota_type, 'v3', quantity, 1, quantity, price, quantity * price, ends::date
   from made cross join (values
     (0, 'wa_balance', 'WhatsApp balance', 'pkg-wa', 'lifetime', 1000000, 1, null),
     (1, 'agent_extra', 'Users', 'pkg-agent', 'contract', 2, 50000, '2099-12-31')
   ) as line (position, code, label, package, quota_type, quantity, price, ends)`,
  `insert into topup_order_events (order_id, at, from_status, to_status, cause, actor, correlation_id)
   select id, now(), step.from_status, step.to_status, step.cause, 'admin-' || organization_id,
     n || '-0000-4000-8000-00000000000c'
   from made cross join (values
     (0, null, 'DRAFT', 'createTopupOrder'), (1, 'DRAFT', 'PENDING_PAYMENT', 'confirmOrder')
   ) as step (position, from_status, to_status, cause) order by n, step.position`,
];

const MONEY = ['counter_equals_ledger', 'paid_order_is_credited', 'credit_belongs_to_paid_order', 'credit_equals_line'];

/** The number of them that are paid, committed; throws where ledger and counters do not agree, with each other and with the orders. */
export async function countSettled(database: DataSource): Promise<number> {
  for (const { name, sql } of CHECKS.filter((check) => MONEY.includes(check.name))) {
    const violations: Query<{ subject: string; detail: string }> = sql(systemClock.now());
    const [violation] = await runQuery(database, violations);
    if (violation !== undefined) throw new Error(`${name}: ${violation.subject} ${violation.detail}`);
  }
  return count(
    database,
    `number ~ '^TU-77\\d{6}$' and status in ('PAID', 'COMPLETED')
       and exists (select from payment_events where order_id = o.id and outcome = 'settled')`,
  );
}

/** Orders that were created and confirmed, each with lines of its total, keys, and an invoice; those that were made do not have keys. */
export function countConfirmed(database: DataSource): Promise<number> {
  return count(
    database,
    `status = 'PENDING_PAYMENT' and payment_url is not null
       and total = (select sum(amount) from topup_order_lines where order_id = o.id)
       and 2 = (select count(*) from idempotency_keys where order_id = o.id)`,
  );
}

async function count(database: DataSource, condition: string): Promise<number> {
  const [row]: { counted: number }[] = await database.query(
    `select count(*)::int as counted from topup_orders o where ${condition}`,
  );
  return row?.counted ?? 0;
}
