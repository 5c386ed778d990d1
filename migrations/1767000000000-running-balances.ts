import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Serves a page of a quota's entries, newest first, and the fill below. */
const pageIndex = [
  `drop index concurrently if exists quota_ledger_entries_page_idx`,
  `create index concurrently if not exists quota_ledger_entries_page_idx on quota_ledger_entries (organization_id, quota_code, created_at, id)`,
];

/**
 * The counter gives each entry the balance after it, under the counter's row lock. Under the same lock the entries of a quota get
 * strictly rising times, whatever the replicas' clocks say, so that their order by time is the order of their balances.
 */
const counting = [
  `create or replace function count_ledger_entry() returns trigger language plpgsql as $$
begin
  if new.kind = 'REFUND' then
    update organization_packages
    set balance = balance + new.quantity, updated_at = greatest(new.created_at, updated_at + interval '1 millisecond')
    where organization_id = new.organization_id and quota_code = new.quota_code
    returning balance, updated_at into new.balance_after, new.created_at;
    if not found then
      raise exception 'quota % of organization % was never credited: there is nothing to take back',
        new.quota_code, new.organization_id using errcode = 'check_violation';
    end if;
    return new;
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
      updated_at = greatest(excluded.updated_at, counter.updated_at + interval '1 millisecond')
  returning balance, updated_at into new.balance_after, new.created_at;
  return new;
end $$`,
  `create or replace function check_ledger_entry() returns trigger language plpgsql as $$
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
  if new.kind = 'REFUND'
     and not exists (select from quota_ledger_entries where order_line_id = new.order_line_id and kind = 'TOPUP') then
    raise exception 'line % was never credited: there is nothing to take back', new.order_line_id
      using errcode = 'check_violation';
  end if;
  return null;
end $$`,
];

/** Lets the fill below, and nothing else, set the balance of an entry that has none. */
const fillable = `create or replace function refuse_ledger_change() returns trigger language plpgsql as $$
declare
  unfilled quota_ledger_entries;
begin
  if tg_op = 'UPDATE' and old.balance_after is null then
    unfilled := new;
    unfilled.balance_after := null;
    if unfilled is not distinct from old then
      return new;
    end if;
  end if;
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$`;

/** One query, and so one transaction: an entry is counted by the old trigger or by the new one, never by both or by none. */
const triggers = [
  `lock table quota_ledger_entries in access exclusive mode`,
  `alter table quota_ledger_entries add column if not exists balance_after bigint`,
  ...counting,
  `create or replace trigger quota_ledger_entries_count before insert on quota_ledger_entries
  for each row execute function count_ledger_entry()`,
  `create or replace trigger quota_ledger_entries_check after insert on quota_ledger_entries
  for each row execute function check_ledger_entry()`,
  `drop trigger if exists quota_ledger_entries_apply on quota_ledger_entries`,
  `drop function if exists apply_ledger_entry`,
  fillable,
  `create or replace trigger quota_ledger_entries_append_only before update or delete on quota_ledger_entries
  for each row execute function refuse_ledger_change()`,
];

/** Rows per statement and, at least, per transaction. */
const BATCH = 5000;

/**
 * Adds up the entries of each quota from the oldest on, and writes the sums of those that were entered before the trigger. Nothing
 * else locks these rows. A run after a crash writes the rest.
 */
const fill = `do $$
declare
  counter record;
  running bigint;
  last_at timestamptz;
  last_id uuid;
  rows_read integer;
  uncommitted integer := 0;
begin
  for counter in select organization_id, quota_code from organization_packages loop
    running := 0;
    last_at := '-infinity';
    last_id := '00000000-0000-0000-0000-000000000000';
    loop
      with batch as (
        select id, created_at, case kind when 'EXCESS_SETTLEMENT' then 0 else quantity end as change
        from quota_ledger_entries
        where organization_id = counter.organization_id and quota_code = counter.quota_code
          and (created_at, id) > (last_at, last_id)
        order by created_at, id limit ${BATCH}
      ), summed as (
        select id, created_at, running + sum(change) over (order by created_at, id) as balance from batch
      ), filled as (
        update quota_ledger_entries entry set balance_after = summed.balance
        from summed where entry.id = summed.id and entry.balance_after is null
      )
      select balance, created_at, id, (select count(*) from batch) into running, last_at, last_id, rows_read
      from summed order by created_at desc, id desc limit 1;
      exit when not found;
      uncommitted := uncommitted + rows_read;
      if uncommitted >= ${BATCH} then
        commit;
        uncommitted := 0;
      end if;
      exit when rows_read < ${BATCH};
    end loop;
  end loop;
end $$`;

/** A check instead of NOT NULL: it is validated beside the writers. */
const filled = [
  `alter table quota_ledger_entries drop constraint if exists quota_ledger_entries_filled_check`,
  `alter table quota_ledger_entries add constraint quota_ledger_entries_filled_check check (balance_after is not null) not valid`,
  `alter table quota_ledger_entries validate constraint quota_ledger_entries_filled_check`,
  `create or replace trigger quota_ledger_entries_append_only before update or delete on quota_ledger_entries
  for each row execute function refuse_change()`,
  `drop function if exists refuse_ledger_change`,
];

export class RunningBalances1767000000000 implements MigrationInterface {
  name = 'RunningBalances1767000000000';
  /** Each step is idempotent, so a run after a crash or behind a long reader completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of pageIndex) await queryRunner.query(statement);
    await queryRunner.query(triggers.join(';\n'));
    await queryRunner.query(fill);
    for (const statement of filled) await queryRunner.query(statement);
  }

  /** The previous version works with the column: the triggers fill it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
