-- Turns topup_orders and quota_ledger_entries of a migrated database, empty or filled, into partitions by month: what
-- docs/scaling.md 5 measures, and the recipe for the migration that would do it. Indexes, keys, triggers, policies and grants are
-- those that the tables have; no column, no other table and no statement of the product changes.
-- Run by the owner's administrator: psql -v ON_ERROR_STOP=1 -f bench/grow/partition.sql DATABASE
begin;

-- Ids are UUIDs of version 7: they begin with the time, so a month is a range of ids.
create function pg_temp.month_begins(month timestamptz) returns uuid language sql immutable as $$
  select overlay(overlay(lpad(to_hex((extract(epoch from month) * 1000)::bigint), 12, '0') || '00000000000000000000'
    placing '-' from 9 for 0) placing '-' from 14 for 0)::uuid
$$;

create function pg_temp.add_months(parent regclass, name text) returns void language plpgsql as $$
declare
  month timestamptz;
begin
  for month in select generate_series(date_trunc('month', now()) - interval '25 months',
                                      date_trunc('month', now()) + interval '2 months', interval '1 month') loop
    execute format('create table %I partition of %s for values from (%L) to (%L)', name || to_char(month, '_YYYY_MM'), parent,
      pg_temp.month_begins(month), pg_temp.month_begins(month + interval '1 month'));
  end loop;
  -- No row of the product comes here.
  execute format('create table %I partition of %s default', name || '_other', parent);
end $$;

-- The statements that give the partitioned table what the table had, in the order in which they must run. A key without the
-- partition column cannot be unique over all partitions, and becomes an index.
create function pg_temp.parts_of(kept regclass, by_column text) returns setof text language sql as $$
  with keys as (
    select c.*, exists (select from pg_attribute where attrelid = kept and attname = by_column and attnum = any(conkey)) as is_whole
    from pg_constraint c where conrelid = kept and contype in ('p', 'u')
  )
  select statement from (
    select 1 as turn, case when is_whole then format('alter table %s add constraint %I %s', kept, conname, pg_get_constraintdef(oid))
      else format('create index on %s (%s)', kept, (select string_agg(quote_ident(attname), ', ' order by ordinality)
        from unnest(conkey) with ordinality join pg_attribute on attrelid = kept and attnum = unnest)) end as statement from keys
    union all
    select 2, pg_get_indexdef(indexrelid) from pg_index
    where indrelid = kept and not exists (select from pg_constraint where conindid = indexrelid and conrelid = kept)
    union all
    select 3, format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    from pg_constraint where contype = 'f' and kept in (conrelid, confrelid)
    union all
    select 4, pg_get_triggerdef(oid) from pg_trigger where tgrelid = kept and not tgisinternal
    union all
    select 5, format('alter table %s enable row level security, force row level security', kept)
    union all
    -- Policies of other tables ask for the order, and fall with it.
    select 6, format('create policy %I on %s for %s to %s', policyname, tablename, cmd, array_to_string(roles, ', '))
      || coalesce(' using (' || qual || ')', '') || coalesce(' with check (' || with_check || ')', '')
    from pg_policies where schemaname = 'public' and format('%s %s', policyname, tablename) in (
      select format('%s %s', polname, polrelid::regclass) from pg_policy
      where polrelid = kept or exists (select from pg_depend where classid = 'pg_policy'::regclass and objid = pg_policy.oid
        and refclassid = 'pg_class'::regclass and refobjid = kept))
    union all
    select 7, format('alter table %s owner to %s', kept, relowner::regrole) from pg_class where oid = kept
    union all
    select 8, format('grant %s on %s to %s', privilege_type, kept, grantee::regrole)
    from pg_class cross join aclexplode(relacl) where pg_class.oid = kept and grantee <> relowner
    union all
    select 8, format('grant %s (%I) on %s to %s', privilege_type, attname, kept, grantee::regrole)
    from pg_attribute cross join aclexplode(attacl) where attrelid = kept
  ) as part order by turn
$$;

create function pg_temp.partition(name text, by_column text) returns void language plpgsql as $$
declare
  parts text[] := array(select pg_temp.parts_of(name::regclass, by_column));
  part text;
begin
  execute format('create table %I (like %I including defaults including constraints) partition by range (%I)',
    'by_month_' || name, name, by_column);
  perform pg_temp.add_months(('by_month_' || name)::regclass, name);
  execute format('insert into %I select * from %I', 'by_month_' || name, name);
  execute format('drop table %I cascade', name);
  execute format('alter table %I rename to %I', 'by_month_' || name, name);
  foreach part in array parts loop
    execute part;
  end loop;
end $$;

-- A number and an invoice stay unique over all months by tables of their own, under the constraints' names.
create table order_numbers as select number from topup_orders;
create table order_invoices as select payment_provider, payment_invoice_id from topup_orders where payment_invoice_id is not null;

select pg_temp.partition('topup_orders', 'id');
-- The key that credits a line once is a key of the partitions too.
select pg_temp.partition('quota_ledger_entries', 'order_line_id');

alter table order_numbers add constraint topup_orders_number_key primary key (number);
alter table order_invoices add constraint topup_orders_payment_invoice_key primary key (payment_provider, payment_invoice_id);
create function note_order_keys() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if tg_op <> 'UPDATE' then
    delete from order_numbers where number = old.number;
    insert into order_numbers select new.number where new.number is not null;
  end if;
  if (new.payment_provider, new.payment_invoice_id) is distinct from (old.payment_provider, old.payment_invoice_id) then
    delete from order_invoices where payment_provider = old.payment_provider and payment_invoice_id = old.payment_invoice_id;
    insert into order_invoices select new.payment_provider, new.payment_invoice_id where new.payment_invoice_id is not null;
  end if;
  return null;
end $$;
create trigger topup_orders_keys after insert or delete or update of payment_provider, payment_invoice_id on topup_orders
  for each row execute function note_order_keys();

alter table order_numbers owner to self_topup_migrator;
alter table order_invoices owner to self_topup_migrator;
alter function note_order_keys owner to self_topup_migrator;
do $$
declare
  name text;
begin
  for name in select inhrelid::regclass from pg_inherits where inhparent in ('topup_orders'::regclass, 'quota_ledger_entries'::regclass) loop
    execute format('alter table %s owner to self_topup_migrator', name);
  end loop;
end $$;
commit;
