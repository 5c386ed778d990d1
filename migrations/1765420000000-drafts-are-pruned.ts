import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the drafts that nobody confirmed. Built beside the work that goes on. */
const indexes = [
  `drop index concurrently if exists topup_orders_abandoned_idx`,
  `create index concurrently topup_orders_abandoned_idx on topup_orders (quote_expires_at)
  where status in ('EXPIRED', 'CANCELLED') and confirmed_at is null`,
];

const functions = [
  `create or replace function check_order_delete() returns trigger language plpgsql as $$
begin
  if old.confirmed_at is null and old.status in ('EXPIRED', 'CANCELLED') then
    return old;
  end if;
  raise exception 'order % is never deleted: it was confirmed, or is a live draft', old.number
    using errcode = 'restrict_violation';
end $$`,
  // The cascade deletes lines and steps after their order: then there is none.
  `create or replace function check_order_line_delete() returns trigger language plpgsql as $$
declare
  order_status text := (select status from topup_orders where id = old.order_id);
begin
  if order_status is null or order_status = 'DRAFT' then
    return old;
  end if;
  raise exception 'lines are frozen once their order is confirmed: % is refused', tg_op using errcode = 'check_violation';
end $$`,
  `create or replace function check_order_event_delete() returns trigger language plpgsql as $$
begin
  if not exists (select from topup_orders where id = old.order_id) then
    return old;
  end if;
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$`,
];

/** Each table has its new guard before the old one lets go of DELETE. */
const triggers = [
  { table: 'topup_orders', guard: 'topup_orders_change', checks: 'insert or update', by: 'check_order_change' },
  {
    table: 'topup_order_lines',
    guard: 'topup_order_lines_change',
    checks: 'insert or update',
    by: 'check_order_line_change',
  },
  { table: 'topup_order_events', guard: 'topup_order_events_append_only', checks: 'update', by: 'refuse_change' },
].flatMap(({ table, guard, checks, by }) => [
  `create or replace trigger ${table}_delete before delete on ${table}
  for each row execute function check_${table.replace('topup_', '').replace(/s$/, '')}_delete()`,
  `create or replace trigger ${guard} before ${checks} on ${table} for each row execute function ${by}()`,
]);

/** Lines and steps go with their order; a key stays, and points to an order that is not there any more. */
const foreignKeys = [
  ...['topup_order_lines', 'topup_order_events'].flatMap((table) => [
    `alter table ${table} drop constraint if exists ${table}_order_fkey, add constraint ${table}_order_fkey
  foreign key (order_id) references topup_orders(id) on delete cascade not valid`,
    `alter table ${table} validate constraint ${table}_order_fkey`,
  ]),
  `alter table idempotency_keys drop constraint if exists idempotency_keys_order_fkey`,
];

const grants = [`grant delete on topup_orders to self_topup_background`];

export class DraftsArePruned1765420000000 implements MigrationInterface {
  name = 'DraftsArePruned1765420000000';
  /** Each statement stands alone, holds its lock for a moment, and does the same again after a crash. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...indexes, ...functions]) await queryRunner.query(statement);
    // A long-running reader must not make everybody else queue behind this: it gives up, to be run again.
    await queryRunner.query(`set lock_timeout = '10s'`);
    for (const statement of [...triggers, ...foreignKeys, ...grants]) await queryRunner.query(statement);
    await queryRunner.query(`reset lock_timeout`);
  }

  /** Keys may point to deleted orders by then, which the earlier foreign key would refuse. */
  async down(): Promise<void> {
    throw new Error('This migration cannot be reverted: restore a backup instead.');
  }
}
