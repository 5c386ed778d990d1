import type { EntityManager } from 'typeorm';
import type { Check } from './checks.ts';

/** What changed since an audit: ids. */
export interface Changes {
  orders: readonly string[];
  /** Of these orders. */
  organizations: readonly string[];
  payments: readonly string[];
}

/**
 * A transaction that was under way when the audit before looked has lower ids than others that it saw, and ids of payments are of
 * the replicas' clocks. An hour is far beyond both.
 */
const OVERLAP = `interval '1 hour'`;

/** The last step that is an hour old: whatever had a step until then is seen now, whole. undefined: there is none yet. */
export async function lastSettledStep(tx: EntityManager, now: Date): Promise<bigint | undefined> {
  const [row] = await tx.query(
    `select id from topup_order_events where at < $1::timestamptz - ${OVERLAP} order by id desc limit 1`,
    [now],
  );
  return row === undefined ? undefined : BigInt(row.id);
}

/**
 * Whatever changes of an order, its lines' entries or its payment comes with a step of its timeline, or with a payment event; what was
 * changed past our own code is found by an audit of everything. From here on the transaction reads by index: what changed decides how
 * long it takes, and not what PostgreSQL takes for cheaper while its statistics are old.
 */
export async function changesSince(tx: EntityManager, step: bigint): Promise<Changes> {
  await tx.query(`set local enable_seqscan = off`);
  const [last] = await tx.query(`select at from topup_order_events where id = $1`, [String(step)]);
  const payments = await tx.query(`select id, order_id, order_number from payment_events where id >= $1`, [
    leastIdOf(last?.at ?? new Date(0)),
  ]);
  const found: { id: string; organization_id: string }[] = await tx.query(
    `select id, organization_id from topup_orders
     where id in (select order_id from topup_order_events where id > $1)
     union
     select id, organization_id from topup_orders where id = any($2::uuid[])
     union
     select id, organization_id from topup_orders where number = any($3)`,
    [
      String(step),
      payments.map(({ order_id }: { order_id: string | null }) => order_id).filter((id: string | null) => id !== null),
      payments.map(({ order_number }: { order_number: string }) => order_number),
    ],
  );
  return {
    orders: found.map(({ id }) => id),
    organizations: [...new Set(found.map(({ organization_id }) => organization_id))],
    payments: payments.map(({ id }: { id: string }) => id),
  };
}

/** Ids of payment events begin with their time (UUIDv7). */
function leastIdOf(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** Whether each is used or not, PostgreSQL is to know its type. */
const GIVEN = `given as (select $1::timestamptz, $2::uuid[], $3::text[], $4::uuid[])`;

const ROWS: Record<'orders' | 'counters', string> = {
  // Each is read once: inside a check, PostgreSQL may look through the list of ids for each row of another table.
  orders: `
    topup_orders as materialized (select * from topup_orders where id = any($2)),
    topup_order_lines as materialized (select * from topup_order_lines where order_id = any($2)),
    topup_order_events as materialized (select * from topup_order_events where order_id = any($2)),
    payment_events as materialized (select * from payment_events where order_id = any($2) or id = any($4)),
    -- Line by line: without the offset PostgreSQL may read all entries to find those of many lines.
    quota_ledger_entries as materialized (
      select entry.* from topup_order_lines line
      cross join lateral (select * from quota_ledger_entries where order_line_id = line.id offset 0) as entry
    )`,
  counters: `
    organization_packages as (select * from organization_packages where organization_id = any($3)),
    quota_ledger_entries as (select * from quota_ledger_entries where organization_id = any($3))`,
};

/** A check as it is made of everything, or of what changed: then its tables' names stand for a few of their rows. */
export function queryOf({ sql, ofChanges }: Check, now: Date, changes: Changes | undefined): [sql: string, unknown[]] {
  if (changes === undefined || ofChanges === 'everything') return [sql, sql.includes('$1') ? [now] : []];
  const { orders, organizations, payments } = changes;
  return [`with ${GIVEN}, ${ROWS[ofChanges]} ${sql}`, [now, orders, organizations, payments]];
}
