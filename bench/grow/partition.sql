-- Orders and ledger of a migrated database, empty or filled, turned into partitions by month: an experiment of docs/scaling.md, and the
-- recipe for the migration that would do it. Nothing else changes: no column, no other table, no statement of the product.
-- Run by the owner's administrator: psql -v ON_ERROR_STOP=1 -f bench/grow/partition.sql DATABASE
begin;

-- Ids are UUIDs of version 7: they begin with the time, so that a month is a range of ids.
create function month_begins(month timestamptz) returns uuid language sql immutable as $$
  select overlay(overlay(lpad(to_hex((extract(epoch from month) * 1000)::bigint), 12, '0') || '00000000000000000000'
    placing '-' from 9 for 0) placing '-' from 14 for 0)::uuid
$$;

create function partition_by_month(parent regclass) returns void language plpgsql as $$
declare
  month timestamptz;
begin
  for month in select generate_series(date_trunc('month', now()) - interval '25 months',
                                      date_trunc('month', now()) + interval '2 months', interval '1 month') loop
    execute format('create table %I partition of %s for values from (%L) to (%L)', parent || to_char(month, '_YYYY_MM'), parent,
      month_begins(month), month_begins(month + interval '1 month'));
  end loop;
  -- Nothing of the product's own comes here.
  execute format('create table %I partition of %s default', parent || '_other', parent);
end $$;

create table by_month_orders (like topup_orders including defaults including constraints) partition by range (id);
select partition_by_month('by_month_orders');
insert into by_month_orders select * from topup_orders;

drop table topup_orders cascade;

-- What is unique whenever it was made stands in a table of its own, for a unique index of a partitioned table has its key.
create table order_numbers (number text, constraint topup_orders_number_key primary key (number));
create table order_invoices (invoice_id text, constraint topup_orders_payment_invoice_key primary key (invoice_id));
insert into order_numbers select number from by_month_orders;
insert into order_invoices select payment_invoice_id from by_month_orders where payment_invoice_id is not null;
alter table by_month_orders rename to topup_orders;
alter table topup_orders add constraint topup_orders_pkey primary key (id);
create index topup_orders_number_idx on topup_orders (number);
create index topup_orders_payment_invoice_idx on topup_orders (payment_invoice_id);
create index topup_orders_turn_idx on topup_orders (organization_id, payment_checked_at nulls first, id, payment_invoice_id)
  where status = 'PENDING_PAYMENT';
create index topup_orders_late_turn_idx on topup_orders (payment_expires_at, organization_id, payment_checked_at, id)
  where status in ('EXPIRED', 'CANCELLED') and confirmed_at is not null;
create index topup_orders_open_idx on topup_orders (status) where status in ('DRAFT', 'PENDING_PAYMENT', 'PAID', 'PAYMENT_REVIEW');
create index topup_orders_draft_idx on topup_orders (quote_expires_at) where status = 'DRAFT';
create index topup_orders_page_idx on topup_orders (organization_id, created_at, id);
create index topup_orders_status_idx on topup_orders (organization_id, status, created_at, id);

create function note_order_keys() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op = 'INSERT' then
    insert into order_numbers values (new.number);
  elsif new.payment_invoice_id is distinct from old.payment_invoice_id then
    delete from order_invoices where invoice_id = old.payment_invoice_id;
    insert into order_invoices select new.payment_invoice_id where new.payment_invoice_id is not null;
  end if;
  return null;
end $$;
create trigger topup_orders_keys after insert or update of payment_invoice_id on topup_orders
  for each row execute function note_order_keys();
create trigger topup_orders_change before insert or update or delete on topup_orders
  for each row execute function check_order_change();
create constraint trigger topup_orders_at_commit after update of status on topup_orders
  deferrable initially deferred for each row when (new.status in ('PENDING_PAYMENT', 'PAID'))
  execute function check_order_at_commit();

alter table topup_order_events add constraint topup_order_events_order_fkey foreign key (order_id) references topup_orders (id);
alter table topup_order_lines add constraint topup_order_lines_order_fkey foreign key (order_id) references topup_orders (id);
alter table idempotency_keys add constraint idempotency_keys_order_fkey foreign key (order_id) references topup_orders (id);
alter table order_mail_deliveries add constraint order_mail_deliveries_order_fkey foreign key (order_id) references topup_orders (id);
alter table payment_events add constraint payment_events_order_fkey foreign key (order_id) references topup_orders (id);

-- The key that credits a line once is the key of the partitions too.
create table by_month_entries (like quota_ledger_entries including defaults including constraints)
  partition by range (order_line_id);
select partition_by_month('by_month_entries');
insert into by_month_entries select * from quota_ledger_entries;
drop table quota_ledger_entries cascade;
alter table by_month_entries rename to quota_ledger_entries;
alter table quota_ledger_entries add constraint quota_ledger_entries_line_kind_key unique (order_line_id, kind);
create index quota_ledger_entries_counters_idx on quota_ledger_entries (organization_id, quota_code, kind, quantity);
create index quota_ledger_entries_settlements_idx on quota_ledger_entries (organization_id, quota_code, period, quantity)
  where kind = 'EXCESS_SETTLEMENT';
alter table quota_ledger_entries add constraint quota_ledger_entries_line_fkey
  foreign key (order_line_id) references topup_order_lines (id);
create trigger quota_ledger_entries_append_only before update or delete on quota_ledger_entries
  for each row execute function refuse_change();
create trigger quota_ledger_entries_no_truncate before truncate on quota_ledger_entries
  for each statement execute function refuse_change();
create trigger quota_ledger_entries_apply after insert on quota_ledger_entries
  for each row execute function apply_ledger_entry();
create constraint trigger quota_ledger_entries_at_commit after insert on quota_ledger_entries
  deferrable initially deferred for each row execute function check_entry_at_commit();

do $$
declare
  name text;
begin
  foreach name in array array['topup_orders', 'quota_ledger_entries'] loop
    execute format('alter table %I enable row level security, force row level security', name);
    execute format('create policy own_rows on %1$I to self_topup_runtime
      using (organization_id = (select current_setting(''self_topup.organization_id'', true)))
      with check (organization_id = (select current_setting(''self_topup.organization_id'', true)))', name);
    execute format('create policy read_rows on %I for select to self_topup_runtime
      using ((select current_setting(''self_topup.every_organization'', true)) = ''on'')', name);
    execute format('create policy all_rows on %I to self_topup_background, self_topup_migrator using (true) with check (true)', name);
  end loop;
  -- They ask for the order, and went with it.
  foreach name in array array['topup_order_lines', 'topup_order_events'] loop
    execute format('create policy own_rows on %I to self_topup_runtime using ((select true from topup_orders where id = order_id))
      with check ((select true from topup_orders where id = order_id))', name);
  end loop;
  for name in select c.oid::regclass from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace loop
    execute format('alter table %s owner to self_topup_migrator', name);
  end loop;
  alter function note_order_keys owner to self_topup_migrator;
end $$;

grant select on topup_orders, quota_ledger_entries to self_topup_runtime, self_topup_background;
grant insert (id, number, organization_id, organization_name, status, topup_total, excess_total, total, quote_expires_at,
  confirmed_at, payment_expires_at, correlation_id, trace_parent, created_at) on topup_orders to self_topup_runtime;
grant update (status, topup_total, excess_total, total, quote_expires_at, confirmed_at, payment_expires_at)
  on topup_orders to self_topup_runtime;
grant insert on quota_ledger_entries to self_topup_background;
grant update on topup_orders to self_topup_background;
commit;
