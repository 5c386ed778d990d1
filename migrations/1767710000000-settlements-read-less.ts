import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The library finds the jobs of a key by a statement whose plan a connection keeps. Made while the queue is short, that plan reads the
 * whole queue, and goes on doing so in a backlog: with 5,000 jobs a settlement spent more time there than on everything else. Within
 * this function no plan reads a table in full where it has an index.
 */
const byIndex = 'alter function enqueue_jobs(json) set enable_seqscan = off';

/** Reads the line and its order at once. */
const checkEntry = `create or replace function check_ledger_entry() returns trigger language plpgsql as $$
declare
  line record;
begin
  select l.kind, l.quota_code, l.credits, l.quantity, l.excess_period, o.organization_id into strict line
  from topup_order_lines l join topup_orders o on o.id = l.order_id where l.id = new.order_line_id;
  if new.organization_id <> line.organization_id
     or new.quota_code <> line.quota_code
     or (line.kind = 'TOPUP') <> (new.kind in ('TOPUP', 'REFUND'))
     or (new.kind = 'TOPUP' and new.quantity <> line.credits)
     or (new.kind = 'REFUND' and -new.quantity > line.credits)
     or (new.kind = 'EXCESS_SETTLEMENT' and new.quantity <> line.quantity)
     or new.period is distinct from line.excess_period then
    raise exception 'ledger entry of line % is not what the line says', new.order_line_id using errcode = 'check_violation';
  end if;
  if new.kind = 'REFUND'
     and not exists (select from quota_ledger_entries where order_line_id = new.order_line_id and kind = 'TOPUP') then
    raise exception 'line % was never credited: there is nothing to take back', new.order_line_id
      using errcode = 'check_violation';
  end if;
  return null;
end $$`;

/** A change of the periods alone is allowed whatever the order's status, so that is looked at first, without a query. */
const checkLine = `create or replace function check_order_line_change() returns trigger language plpgsql as $$
declare
  draft boolean;
  unperioded topup_order_lines;
begin
  if tg_op = 'UPDATE' then
    unperioded := new;
    unperioded.period_start := old.period_start;
    unperioded.period_end := old.period_end;
    if unperioded is not distinct from old then
      return new;
    end if;
  end if;
  select bool_and(status = 'DRAFT') into draft from topup_orders where id in (old.order_id, new.order_id);
  if draft then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  raise exception 'lines are frozen once their order is confirmed: % is refused', tg_op using errcode = 'check_violation';
end $$`;

/** A query that finds nothing to write costs less than an update that does, and in a settlement there never is. */
const touch = `create or replace function touch_order() returns trigger language plpgsql as $$
begin
  if exists (select from topup_orders where id = new.order_id and xmin <> pg_current_xact_id()::xid) then
    update topup_orders set changed_at = changed_at where id = new.order_id;
  end if;
  return null;
end $$`;

export class SettlementsReadLess1767710000000 implements MigrationInterface {
  name = 'SettlementsReadLess1767710000000';

  /** Replaces functions, which refuse what they refused before. Takes no lock on a table. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [byIndex, checkEntry, checkLine, touch]) await queryRunner.query(statement);
  }

  /** The version before works with them. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
