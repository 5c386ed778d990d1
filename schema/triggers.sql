-- Generated from a migrated database: the functions and triggers of all migrations, each in its newest version.
-- To write it again: npx vitest run test/integration/database/triggers.test.ts -u

CREATE OR REPLACE FUNCTION public.check_approval()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not pg_has_role(current_user, 'self_topup_runtime', 'member') then
    raise exception 'permission denied: % may not change the approval of order %', current_user, old.number
      using errcode = 'insufficient_privilege';
  end if;
  if old.status <> 'DRAFT' then
    raise exception 'order %: its approval is frozen once it is no draft', old.number using errcode = 'check_violation';
  end if;
  if new.approval_state is not distinct from old.approval_state then
    if old.approval_state is not null and (new.total, new.quote_expires_at) is distinct from (old.total, old.quote_expires_at) then
      raise exception 'order %: its quote is frozen while an approval of it stands', old.number using errcode = 'check_violation';
    end if;
  elsif (coalesce(old.approval_state, ''), coalesce(new.approval_state, '')) not in (
    ('', 'PENDING'), ('PENDING', 'APPROVED'), ('PENDING', 'REJECTED'), ('PENDING', ''), ('APPROVED', '')
  ) then
    raise exception 'order %: its approval cannot move from % to %', old.number, old.approval_state, new.approval_state
      using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.check_callers_step()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (coalesce(new.from_status, ''), new.to_status) not in (('', 'DRAFT'), ('DRAFT', 'DRAFT'), ('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'CANCELLED'), ('PENDING_PAYMENT', 'CANCELLED')) then
    raise exception 'permission denied: % may not enter a step from % to %', current_user, new.from_status, new.to_status
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.check_decider()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.actor is null or exists (
    select from topup_order_events
    where order_id = new.order_id and actor = new.actor and cause in ('createTopupOrder', 'submitTopupOrder')
  ) then
    raise exception 'order %: its creator and its submitters may not decide on it', new.order_id using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.check_entry_at_commit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.check_ledger_entry()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.check_order_at_commit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  current topup_orders;
begin
  select * into strict current from topup_orders where id = new.id;
  if current.status = 'PENDING_PAYMENT' and not exists (
    select from topup_order_lines where order_id = current.id
    having (sum(amount + added_tax), sum(withheld)) = (current.total, current.withheld_total)
  ) then
    raise exception 'order % does not charge the sum of its lines', current.number using errcode = 'check_violation';
  end if;
  if current.status = 'PAID' and exists (
    select from topup_order_lines line where line.order_id = current.id
    and not exists (select from quota_ledger_entries entry where entry.order_line_id = line.id)
  ) then
    raise exception 'order % is paid and not credited', current.number using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.check_order_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
  if new.status <> old.status then
    if (not pg_has_role(current_user, 'self_topup_background', 'member') and (old.status, new.status) not in (('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'CANCELLED'), ('PENDING_PAYMENT', 'CANCELLED')))
       or ((old.status, new.status) = ('DRAFT', 'PENDING_PAYMENT') and not pg_has_role(current_user, 'self_topup_runtime', 'member')) then
      raise exception 'permission denied: % may not move order % from % to %', current_user, old.number, old.status, new.status
        using errcode = 'insufficient_privilege';
    end if;
    if (old.status, new.status) not in (
      ('DRAFT', 'PENDING_PAYMENT'), ('DRAFT', 'EXPIRED'), ('DRAFT', 'CANCELLED'),
      ('PENDING_PAYMENT', 'EXPIRED'), ('PENDING_PAYMENT', 'CANCELLED'),
      ('PENDING_PAYMENT', 'PAID'), ('EXPIRED', 'PAID'), ('CANCELLED', 'PAID'),
      ('PENDING_PAYMENT', 'PAYMENT_REVIEW'), ('EXPIRED', 'PAYMENT_REVIEW'), ('CANCELLED', 'PAYMENT_REVIEW'),
      ('PAYMENT_REVIEW', 'PAID'), ('PAYMENT_REVIEW', 'REFUNDED'),
      ('PAID', 'COMPLETED'), ('PAID', 'REFUNDED'), ('COMPLETED', 'REFUNDED')
    ) then
      raise exception 'order % cannot move from % to %', old.number, old.status, new.status
        using errcode = 'check_violation';
    end if;
  end if;
  if (new.id, new.number, new.organization_id, new.created_at)
     is distinct from (old.id, old.number, old.organization_id, old.created_at) then
    raise exception 'order %: id, number, organization and creation are fixed', old.number
      using errcode = 'check_violation';
  end if;
  if old.status <> 'DRAFT' and (new.topup_total, new.excess_total, new.total, new.included_tax, new.added_tax,
     new.withholding, new.withheld_total, new.confirmed_at)
     is distinct from (old.topup_total, old.excess_total, old.total, old.included_tax, old.added_tax,
     old.withholding, old.withheld_total, old.confirmed_at) then
    raise exception 'order %: totals are frozen once it is confirmed', old.number using errcode = 'check_violation';
  end if;
  if old.completed_at is not null and (new.completed_at, new.paid_invoice_number)
     is distinct from (old.completed_at, old.paid_invoice_number) then
    raise exception 'order %: what was booked stays', old.number using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.check_order_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.confirmed_at is null and old.status in ('EXPIRED', 'CANCELLED') then
    return old;
  end if;
  raise exception 'order % is never deleted: it was confirmed, or is a live draft', old.number
    using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.check_order_event_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from topup_orders where id = old.order_id) then
    return old;
  end if;
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.check_order_line_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.check_order_line_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  order_status text := (select status from topup_orders where id = old.order_id);
begin
  if order_status is null or order_status = 'DRAFT' then
    return old;
  end if;
  raise exception 'lines are frozen once their order is confirmed: % is refused', tg_op using errcode = 'check_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.count_ledger_entry()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

CREATE OR REPLACE FUNCTION public.drop_draft_lines(draft uuid)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  delete from topup_order_lines line using topup_orders o
  where line.order_id = draft and o.id = draft
    and o.organization_id = current_setting('self_topup.organization_id', true)
$function$;

CREATE OR REPLACE FUNCTION public.enqueue_job(task text, payload json, key text, run_at timestamp with time zone, max_attempts integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
  order_id text := payload ->> 'orderId';
begin
  if not pg_has_role(caller, 'self_topup_background', 'member') and (
    task <> 'issue_invoice'
    or key is distinct from 'issue_invoice:' || order_id
    or not exists (select from public.topup_orders where id = case when order_id ~ '^[0-9a-f-]{36}$' then order_id::uuid end
                   and organization_id = current_setting('self_topup.organization_id', true))
  ) then
    raise exception 'permission denied for job %', task using errcode = 'insufficient_privilege';
  end if;
  perform graphile_worker.add_job(task, payload, run_at := run_at, max_attempts := max_attempts, job_key := key);
end $function$;

CREATE OR REPLACE FUNCTION public.enqueue_job(task text, payload json, key text, run_at timestamp with time zone, max_attempts integer, first_priority integer)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
  order_id text := payload ->> 'orderId';
  organization text := payload ->> 'organizationId';
  kind text := payload ->> 'kind';
  sending text := payload ->> 'sending';
  is_mail boolean := task = 'send_order_mail' and payload ->> 'changes' is null and key = 'send_order_mail:' || kind
    || case when sending = '1' then '' else ':' || sending end || ':' || order_id;
  is_cancel_mail boolean := is_mail and kind = 'order_cancelled' and sending = '1';
  is_invoice boolean := task = 'issue_invoice' and key = 'issue_invoice:' || order_id;
begin
  if not pg_has_role(caller, 'self_topup_background', 'member') and (
    organization is distinct from current_setting('self_topup.organization_id', true)
    or not exists (select from public.topup_orders o where id = case when order_id ~ '^[0-9a-f-]{36}$' then order_id::uuid end
                   and organization_id = organization
                   and (is_invoice or (is_cancel_mail and status = 'CANCELLED' and confirmed_at is not null)
                     or (is_mail and status = 'DRAFT' and exists (
                       select from (values ('PENDING', 'approval_requested', 'submitTopupOrder'),
                         ('APPROVED', 'order_approved', 'approveTopupOrder'), ('REJECTED', 'order_rejected', 'rejectTopupOrder'))
                         as made (state, mail, step)
                       where state = approval_state and mail = kind
                         and (select count(*) from public.topup_order_events e where e.order_id = o.id and e.cause = step)::text = sending))))
  ) then
    raise exception 'permission denied for job %', task using errcode = 'insufficient_privilege';
  end if;
  perform public.enqueue_jobs(json_build_array(json_build_object('task', task, 'payload', payload, 'key', key, 'runAt', run_at,
    'maxAttempts', max_attempts, 'firstPriority', first_priority)));
end $function$;

CREATE OR REPLACE FUNCTION public.enqueue_jobs(specs json)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
 SET enable_indexscan TO 'off'
AS $function$
begin
  perform graphile_worker.add_jobs(array(
    select (spec.task, spec.payload, null, spec."runAt", spec."maxAttempts", spec.key, spec."firstPriority" + waiting.turn,
      case when waiting.turn > 0 then array['later'] end)::graphile_worker.job_spec
    from json_to_recordset(specs) as spec (
      task text, payload json, key text, "runAt" timestamptz, "maxAttempts" integer, "firstPriority" integer)
    cross join lateral (
      select count(*)::integer as turn from (
        select from graphile_worker._private_jobs as job
        where job.payload ->> 'organizationId' = spec.payload ->> 'organizationId' and job.key is distinct from spec.key
          and job.task_id = (select id from graphile_worker._private_tasks where identifier = spec.task)
          and job.attempts < job.max_attempts
        limit 999
      ) as those
    ) as waiting
  ));
end $function$;

CREATE OR REPLACE FUNCTION public.note_order_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if not exists (select from public.event_subscriptions where is_enabled) then
    return null;
  end if;
  insert into public.event_deliveries as delivery (subscription_id, order_id, after_event_id, last_event_id, due_at, changed_at)
  select subscription.id, new.order_id, new.id - 1, new.id, now(), now() from public.event_subscriptions as subscription
  where subscription.is_enabled and (subscription.organization_id is null
    or subscription.organization_id = (select organization_id from public.topup_orders where id = new.order_id))
  on conflict (subscription_id, order_id) do update
  set last_event_id = excluded.last_event_id, due_at = coalesce(delivery.due_at, excluded.due_at), changed_at = excluded.changed_at;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.refuse_direct_count()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if pg_trigger_depth() > 1 and tg_op in ('INSERT', 'UPDATE') then
    return new;
  end if;
  raise exception 'organization_packages is written by the ledger alone: % is refused', tg_op
    using errcode = 'restrict_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.set_order_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.changed_at := greatest(clock_timestamp()::timestamptz(3), old.changed_at + interval '1 millisecond');
  perform pg_notify('topup_order_changed', new.id::text);
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.touch_order()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from topup_orders where id = new.order_id and xmin <> pg_current_xact_id()::xid) then
    update topup_orders set changed_at = changed_at where id = new.order_id;
  end if;
  return null;
end $function$;

CREATE TRIGGER action_trail_append_only BEFORE DELETE OR UPDATE ON public.action_trail FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER action_trail_no_truncate BEFORE TRUNCATE ON public.action_trail FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER booking_corrections_append_only BEFORE DELETE OR UPDATE ON public.booking_corrections FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER booking_corrections_no_truncate BEFORE TRUNCATE ON public.booking_corrections FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_documents_append_only BEFORE UPDATE ON public.order_documents FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_documents_delete BEFORE DELETE ON public.order_documents FOR EACH ROW EXECUTE FUNCTION check_order_event_delete();
CREATE TRIGGER order_documents_no_truncate BEFORE TRUNCATE ON public.order_documents FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_give_backs_append_only BEFORE DELETE OR UPDATE ON public.order_give_backs FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_give_backs_no_truncate BEFORE TRUNCATE ON public.order_give_backs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_payments_append_only BEFORE DELETE OR UPDATE ON public.order_payments FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_payments_changed AFTER INSERT ON public.order_payments FOR EACH ROW EXECUTE FUNCTION touch_order();
CREATE TRIGGER order_payments_no_truncate BEFORE TRUNCATE ON public.order_payments FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER organization_packages_direct BEFORE INSERT OR DELETE OR UPDATE ON public.organization_packages FOR EACH ROW EXECUTE FUNCTION refuse_direct_count();
CREATE TRIGGER organization_packages_no_truncate BEFORE TRUNCATE ON public.organization_packages FOR EACH STATEMENT EXECUTE FUNCTION refuse_direct_count();
CREATE TRIGGER payment_events_append_only BEFORE DELETE OR UPDATE ON public.payment_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_events_no_truncate BEFORE TRUNCATE ON public.payment_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_exception_closings_append_only BEFORE DELETE OR UPDATE ON public.payment_exception_closings FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_exception_closings_no_truncate BEFORE TRUNCATE ON public.payment_exception_closings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER quota_ledger_entries_append_only BEFORE DELETE OR UPDATE ON public.quota_ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE CONSTRAINT TRIGGER quota_ledger_entries_at_commit AFTER INSERT ON public.quota_ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_at_commit();
CREATE TRIGGER quota_ledger_entries_check AFTER INSERT ON public.quota_ledger_entries FOR EACH ROW EXECUTE FUNCTION check_ledger_entry();
CREATE TRIGGER quota_ledger_entries_count BEFORE INSERT ON public.quota_ledger_entries FOR EACH ROW EXECUTE FUNCTION count_ledger_entry();
CREATE TRIGGER quota_ledger_entries_no_truncate BEFORE TRUNCATE ON public.quota_ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER replaced_quotes_append_only BEFORE UPDATE ON public.replaced_quotes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER replaced_quotes_delete BEFORE DELETE ON public.replaced_quotes FOR EACH ROW EXECUTE FUNCTION check_order_event_delete();
CREATE TRIGGER replaced_quotes_no_truncate BEFORE TRUNCATE ON public.replaced_quotes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER topup_order_events_append_only BEFORE UPDATE ON public.topup_order_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER topup_order_events_callers_steps BEFORE INSERT ON public.topup_order_events FOR EACH ROW WHEN ((NOT pg_has_role(CURRENT_USER, 'self_topup_background'::name, 'member'::text))) EXECUTE FUNCTION check_callers_step();
CREATE TRIGGER topup_order_events_changed AFTER INSERT ON public.topup_order_events FOR EACH ROW WHEN (((new.from_status = new.to_status) AND (new.to_status <> 'DRAFT'::text))) EXECUTE FUNCTION touch_order();
CREATE TRIGGER topup_order_events_decider BEFORE INSERT ON public.topup_order_events FOR EACH ROW WHEN ((new.cause = ANY (ARRAY['approveTopupOrder'::text, 'rejectTopupOrder'::text]))) EXECUTE FUNCTION check_decider();
CREATE TRIGGER topup_order_events_delete BEFORE DELETE ON public.topup_order_events FOR EACH ROW EXECUTE FUNCTION check_order_event_delete();
CREATE TRIGGER topup_order_events_no_truncate BEFORE TRUNCATE ON public.topup_order_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER topup_order_events_noted AFTER INSERT ON public.topup_order_events FOR EACH ROW EXECUTE FUNCTION note_order_event();
CREATE TRIGGER topup_order_lines_change BEFORE INSERT OR UPDATE ON public.topup_order_lines FOR EACH ROW EXECUTE FUNCTION check_order_line_change();
CREATE TRIGGER topup_order_lines_delete BEFORE DELETE ON public.topup_order_lines FOR EACH ROW EXECUTE FUNCTION check_order_line_delete();
CREATE TRIGGER topup_orders_approval BEFORE UPDATE OF approval_state, approval_limit, total, quote_expires_at ON public.topup_orders FOR EACH ROW WHEN (((old.approval_state IS DISTINCT FROM new.approval_state) OR (old.approval_limit IS DISTINCT FROM new.approval_limit) OR ((old.approval_state IS NOT NULL) AND ((old.total <> new.total) OR (old.quote_expires_at <> new.quote_expires_at))))) EXECUTE FUNCTION check_approval();
CREATE TRIGGER topup_orders_approval_changed BEFORE UPDATE OF approval_state ON public.topup_orders FOR EACH ROW EXECUTE FUNCTION set_order_changed();
CREATE CONSTRAINT TRIGGER topup_orders_at_commit AFTER UPDATE OF status ON public.topup_orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.status = ANY (ARRAY['PENDING_PAYMENT'::text, 'PAID'::text]))) EXECUTE FUNCTION check_order_at_commit();
CREATE TRIGGER topup_orders_change BEFORE INSERT OR UPDATE ON public.topup_orders FOR EACH ROW EXECUTE FUNCTION check_order_change();
CREATE TRIGGER topup_orders_changed BEFORE UPDATE OF status, topup_total, excess_total, total, quote_expires_at, confirmed_at, payment_expires_at, payment_invoice_id, payment_url, review_reason, paid_at, completed_at, paid_invoice_number, changed_at ON public.topup_orders FOR EACH ROW EXECUTE FUNCTION set_order_changed();
CREATE TRIGGER topup_orders_delete BEFORE DELETE ON public.topup_orders FOR EACH ROW EXECUTE FUNCTION check_order_delete();
