import type { EntityManager } from 'typeorm';
import { leastIdOf } from '../kernel/ids.ts';
import { runQuery } from '../platform/database/run-queries.ts';
import { raw, type Sql, sql } from '../platform/database/sql.ts';
import type { Check } from './checks/index.ts';

/** The ids of rows that changed since an audit. */
export interface Changes {
  orders: readonly string[];
  /** The organizations of these orders. */
  organizations: readonly string[];
  payments: readonly string[];
}

/**
 * A transaction in flight during the last audit may have lower ids than others that the audit saw, and ids of payments
 * come from the replicas' clocks. One hour is far beyond both.
 */
const OVERLAP = raw(`interval '1 hour'`);

/**
 * Returns the last step that is an hour old, up to which every transaction is fully visible now. undefined if no step
 * is that old.
 */
export async function lastStableStep(tx: EntityManager, now: Date): Promise<bigint | undefined> {
  const [row] = await runQuery(
    tx,
    sql<{ id: bigint }>`select id from topup_order_events
      where at < ${now}::timestamptz - ${OVERLAP} order by id desc limit 1`,
  );
  return row?.id;
}

/**
 * Finds the changes since a step. Every change of an order, its ledger entries or its payment appends a timeline step
 * or a payment event; only a full audit finds a change past our code. Disables sequential scans for the rest of the
 * transaction, so that the number of changes decides the duration, not stale statistics.
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

/** Reads each table once. Inside a check, PostgreSQL may scan the list of ids for each row of another table. */
const changedOrders = ({ orders, payments }: Changes): Sql => sql`
    change as materialized (select unnest(${orders}::uuid[]) as id),
    topup_orders as materialized (select * from topup_orders where id in (select id from change)),
    topup_order_lines as materialized (select * from topup_order_lines where order_id in (select id from change)),
    topup_order_events as materialized (select * from topup_order_events where order_id in (select id from change)),
    payment_events as materialized (
      select * from payment_events where order_id in (select id from change)
      union
      select * from payment_events where id = any(${payments}::uuid[])
    ),
    -- With those of other orders through the same invoices.
    order_payments as materialized (
      select * from order_payments where order_id in (select id from change)
      union
      select other.* from order_payments own join order_payments other using (provider, invoice_id)
      where own.order_id in (select id from change)
    ),
    order_give_backs as materialized (select * from order_give_backs where order_id in (select id from change)),
    -- The offset forces a lookup per line; without it PostgreSQL may read all entries.
    quota_ledger_entries as materialized (
      select entry.* from topup_order_lines line
      cross join lateral (select * from quota_ledger_entries where order_line_id = line.id offset 0) as entry
    )`;

const changedCounters = ({ organizations }: Changes): Sql => sql`
    change as materialized (select unnest(${organizations}::text[]) as id),
    organization_packages as (select * from organization_packages where organization_id in (select id from change)),
    quota_ledger_entries as (select * from quota_ledger_entries where organization_id in (select id from change))`;

/** Returns a check over everything, or over the changes: then its tables' names stand for the changed rows only. */
export function queryOf(check: Check, now: Date, changes: Changes | undefined): Sql {
  const query = check.sql(now);
  if (changes === undefined || check.ofChanges === 'everything') return query;
  const rows = check.ofChanges === 'orders' ? changedOrders(changes) : changedCounters(changes);
  return sql`with ${rows} ${query}`;
}
