import type { EntityManager } from 'typeorm';
import { runQuery } from '../platform/database/run-queries.ts';
import { raw, type Sql, sql } from '../platform/database/sql.ts';
import type { Check } from './checks/index.ts';

/** Ids of the rows that changed since an audit. */
export interface Changes {
  orders: readonly string[];
  /** The organizations of these orders. */
  organizations: readonly string[];
  payments: readonly string[];
}

/**
 * A transaction that was under way when the audit before looked has lower ids than others that it saw, and ids of payments come
 * from the replicas' clocks. An hour is far beyond both.
 */
const OVERLAP = raw(`interval '1 hour'`);

/** The last step that is an hour old: whatever had a step until then is seen whole now. undefined: there is none yet. */
export async function lastSettledStep(tx: EntityManager, now: Date): Promise<bigint | undefined> {
  const [row] = await runQuery(
    tx,
    sql<{ id: bigint }>`select id from topup_order_events
      where at < ${now}::timestamptz - ${OVERLAP} order by id desc limit 1`,
  );
  return row?.id;
}

/**
 * Every change of an order, of its lines' entries or of its payment comes with a step of its timeline, or with a payment event;
 * an audit of everything finds what was changed past our own code. From here on the transaction reads by index: the number of
 * changes decides how long it takes, and not PostgreSQL's guess while its statistics are old.
 */
export async function changesSince(tx: EntityManager, step: bigint): Promise<Changes> {
  await tx.query(`set local enable_seqscan = off`);
  const [last] = await runQuery(tx, sql<{ at: Date }>`select at from topup_order_events where id = ${step}`);
  const payments = await runQuery(
    tx,
    sql<{ id: string; orderId: string | null; number: string }>`
      select id, order_id as "orderId", order_number as number from payment_events
      where id >= ${leastIdOf(last?.at ?? new Date(0))}`,
  );
  const orderIds = payments.flatMap(({ orderId }) => orderId ?? []);
  const numbers = payments.map(({ number }) => number);
  const orders = await runQuery(
    tx,
    sql<{ id: string; organizationId: string }>`
      select id, organization_id as "organizationId" from topup_orders
      where id in (select order_id from topup_order_events where id > ${step})
      union
      select id, organization_id from topup_orders where id = any(${orderIds}::uuid[])
      union
      select id, organization_id from topup_orders where number = any(${numbers})`,
  );
  return {
    orders: orders.map(({ id }) => id),
    organizations: [...new Set(orders.map(({ organizationId }) => organizationId))],
    payments: payments.map(({ id }) => id),
  };
}

/** Ids of payment events begin with their time (UUIDv7). */
function leastIdOf(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** Reads each table once: inside a check, PostgreSQL may go through the list of ids for each row of another table. */
const changedOrders = ({ orders, payments }: Changes): Sql => sql`
    changed as materialized (select unnest(${orders}::uuid[]) as id),
    topup_orders as materialized (select * from topup_orders where id in (select id from changed)),
    topup_order_lines as materialized (select * from topup_order_lines where order_id in (select id from changed)),
    topup_order_events as materialized (select * from topup_order_events where order_id in (select id from changed)),
    payment_events as materialized (
      select * from payment_events where order_id in (select id from changed)
      union
      select * from payment_events where id = any(${payments}::uuid[])
    ),
    -- Line by line: without the offset PostgreSQL may read all entries to find those of many lines.
    quota_ledger_entries as materialized (
      select entry.* from topup_order_lines line
      cross join lateral (select * from quota_ledger_entries where order_line_id = line.id offset 0) as entry
    )`;

const changedCounters = ({ organizations }: Changes): Sql => sql`
    changed as materialized (select unnest(${organizations}::text[]) as id),
    organization_packages as (select * from organization_packages where organization_id in (select id from changed)),
    quota_ledger_entries as (select * from quota_ledger_entries where organization_id in (select id from changed))`;

/** A check over everything, or over what changed: then its tables' names stand for a few of their rows. */
export function queryOf(check: Check, now: Date, changes: Changes | undefined): Sql {
  const query = check.sql(now);
  if (changes === undefined || check.ofChanges === 'everything') return query;
  const rows = check.ofChanges === 'orders' ? changedOrders(changes) : changedCounters(changes);
  return sql`with ${rows} ${query}`;
}
