import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Locks the tables in the order in which a settlement does: it waits for settlements in flight and cannot deadlock with one.
 * If a long-running reader (a backup, the audit) holds a table, it gives up, because all other callers would queue behind it.
 * Run it again then.
 */
const locks = [
  `set local lock_timeout = '10s'`,
  `lock table topup_orders, payment_events, quota_ledger_entries, topup_order_events, order_mail_deliveries
  in access exclusive mode`,
];

/** The reason of an operator's decision, and the number of a mail's sending. */
const columns = [
  `alter table topup_order_events add column reason text`,
  `alter table order_mail_deliveries add column sending integer not null default 1`,
];

/** A refund is an entry of its own, the only negative kind, because entries are never changed. */
const refunds = [
  `alter table quota_ledger_entries drop constraint quota_ledger_entries_kind_check`,
  `alter table quota_ledger_entries add constraint quota_ledger_entries_kind_check
  check (kind in ('TOPUP', 'EXCESS_SETTLEMENT', 'REFUND'))`,
  `alter table quota_ledger_entries drop constraint quota_ledger_entries_quantity_check`,
  `alter table quota_ledger_entries add constraint quota_ledger_entries_quantity_check
  check (quantity <> 0 and (kind = 'REFUND') = (quantity < 0))`,
  `create or replace function apply_ledger_entry() returns trigger language plpgsql as $$
declare
  line topup_order_lines;
begin
  select * into strict line from topup_order_lines where id = new.order_line_id;
  if new.organization_id <> (select organization_id from topup_orders where id = line.order_id)
     or new.quota_code <> line.quota_code
     or (line.kind = 'TOPUP') <> (new.kind in ('TOPUP', 'REFUND'))
     or (new.kind = 'TOPUP' and new.quantity <> line.credits)
     or (new.kind = 'REFUND' and -new.quantity > line.credits)
     or (new.kind = 'EXCESS_SETTLEMENT' and new.quantity <> line.quantity)
     or new.period is distinct from line.excess_period then
    raise exception 'ledger entry of line % is not what the line says', new.order_line_id using errcode = 'check_violation';
  end if;
  if new.kind = 'REFUND' then
    if not exists (select from quota_ledger_entries where order_line_id = new.order_line_id and kind = 'TOPUP') then
      raise exception 'line % was never credited: there is nothing to take back', new.order_line_id
        using errcode = 'check_violation';
    end if;
    update organization_packages set balance = balance + new.quantity, updated_at = new.created_at
    where organization_id = new.organization_id and quota_code = new.quota_code;
    return null;
  end if;
  insert into organization_packages as counter (organization_id, quota_code, balance, excess_settled, updated_at)
  values (
    new.organization_id, new.quota_code,
    case new.kind when 'TOPUP' then new.quantity else 0 end,
    case new.kind when 'EXCESS_SETTLEMENT' then new.quantity else 0 end,
    new.created_at
  )
  on conflict on constraint organization_packages_pkey do update
  set balance = counter.balance + excluded.balance,
      excess_settled = counter.excess_settled + excluded.excess_settled,
      updated_at = excluded.updated_at;
  return null;
end $$`,
  `create or replace function check_entry_at_commit() returns trigger language plpgsql as $$
declare
  current record;
begin
  select o.number, o.status into strict current from topup_order_lines line
  join topup_orders o on o.id = line.order_id where line.id = new.order_line_id;
  if new.kind = 'REFUND' and current.status <> 'REFUNDED' then
    raise exception 'order % has quota taken back and is not refunded', current.number using errcode = 'check_violation';
  end if;
  if new.kind <> 'REFUND' and current.status not in ('PAID', 'COMPLETED') then
    raise exception 'order % is credited and not paid', current.number using errcode = 'check_violation';
  end if;
  return null;
end $$`,
];

/** Adds COMPLETED → REFUNDED. A refunded order keeps the time of its completion and the number of its PI. */
const states = [
  `alter table topup_orders drop constraint topup_orders_completed_check`,
  `alter table topup_orders add constraint topup_orders_completed_check
  check ((completed_at is null) = (paid_invoice_number is null)
         and (status <> 'COMPLETED' or completed_at is not null)
         and (completed_at is null or status in ('COMPLETED', 'REFUNDED')))`,
  `create or replace function check_order_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'order % is never deleted', old.number using errcode = 'restrict_violation';
  end if;
  if tg_op = 'INSERT' then
    if new.status <> 'DRAFT' then
      raise exception 'an order begins as DRAFT, not as %', new.status using errcode = 'check_violation';
    end if;
    return new;
  end if;
  if new.status <> old.status and (old.status, new.status) not in (
    ('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'EXPIRED'), ('DRAFT', 'CANCELLED'),
    ('PENDING_PAYMENT', 'EXPIRED'), ('PENDING_PAYMENT', 'CANCELLED'),
    ('PENDING_PAYMENT', 'PAID'), ('EXPIRED', 'PAID'), ('CANCELLED', 'PAID'),
    ('PENDING_PAYMENT', 'PAYMENT_REVIEW'), ('EXPIRED', 'PAYMENT_REVIEW'), ('CANCELLED', 'PAYMENT_REVIEW'),
    ('PAYMENT_REVIEW', 'PAID'), ('PAYMENT_REVIEW', 'REFUNDED'),
    ('PAID', 'COMPLETED'), ('COMPLETED', 'REFUNDED')
  ) then
    raise exception 'order % cannot move from % to %', old.number, old.status, new.status
      using errcode = 'check_violation';
  end if;
  if (new.id, new.number, new.organization_id, new.created_at)
     is distinct from (old.id, old.number, old.organization_id, old.created_at) then
    raise exception 'order %: id, number, organization and creation are fixed', old.number
      using errcode = 'check_violation';
  end if;
  if old.status <> 'DRAFT' and (new.topup_total, new.excess_total, new.total, new.confirmed_at)
     is distinct from (old.topup_total, old.excess_total, old.total, old.confirmed_at) then
    raise exception 'order %: totals are frozen once it is confirmed', old.number using errcode = 'check_violation';
  end if;
  if old.completed_at is not null and (new.completed_at, new.paid_invoice_number)
     is distinct from (old.completed_at, old.paid_invoice_number) then
    raise exception 'order %: what was booked stays', old.number using errcode = 'check_violation';
  end if;
  return new;
end $$`,
];

/** Operators' resolutions of payment exceptions, and the results of audits, which the metrics show. */
const tables = [
  `create table payment_exception_closings (
  payment_event_id uuid not null,
  actor text not null,
  reason text not null,
  closed_at timestamptz(3) not null,
  constraint payment_exception_closings_pkey primary key (payment_event_id),
  constraint payment_exception_closings_event_fkey foreign key (payment_event_id) references payment_events(id)
)`,
  `create trigger payment_exception_closings_append_only before update or delete on payment_exception_closings
  for each row execute function refuse_change()`,
  `create trigger payment_exception_closings_no_truncate before truncate on payment_exception_closings
  for each statement execute function refuse_change()`,
  `create index payment_events_attention_idx on payment_events (received_at)
  where outcome not in ('settled', 'repeated', 'noted')`,
  `create table audit_runs (
  id bigint generated always as identity not null,
  finished_at timestamptz(3) not null,
  violations jsonb not null,
  constraint audit_runs_pkey primary key (id)
)`,
];

export class Operators1764200000000 implements MigrationInterface {
  name = 'Operators1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...locks, ...columns, ...refunds, ...states, ...tables])
      await queryRunner.query(statement);
  }

  /** The ledger may hold refunds by then, which the earlier constraints would refuse. */
  async down(): Promise<void> {
    throw new Error('This migration cannot be reverted: restore a backup instead.');
  }
}
