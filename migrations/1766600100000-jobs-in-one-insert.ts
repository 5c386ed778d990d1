import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Enqueues several jobs, with different keys, by one call of the library: it plans its statements anew for each call, which cost a settlement
 * more than its credit. Counts the turn of each (src/platform/jobs/store/turns.ts). Callers have no privilege on it.
 */
const several = `create or replace function enqueue_jobs(specs json) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
end $$`;

/** Checks what the caller may enqueue, as before, and leaves the rest to the other function. */
const one = `create or replace function enqueue_job(
  task text, payload json, key text, run_at timestamptz, max_attempts integer, first_priority integer)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
  order_id text := payload ->> 'orderId';
  organization text := payload ->> 'organizationId';
  is_cancel_mail boolean := task = 'send_order_mail' and key = 'send_order_mail:order_cancelled:' || order_id
    and payload ->> 'kind' = 'order_cancelled' and payload ->> 'sending' = '1';
  is_invoice boolean := task = 'issue_invoice' and key = 'issue_invoice:' || order_id;
begin
  if not pg_has_role(caller, 'self_topup_background', 'member') and (
    (is_invoice or is_cancel_mail) is not true
    or organization is distinct from current_setting('self_topup.organization_id', true)
    or not exists (select from SCHEMA.topup_orders where id = case when order_id ~ '^[0-9a-f-]{36}$' then order_id::uuid end
                   and organization_id = organization
                   and (is_invoice or (status = 'CANCELLED' and confirmed_at is not null)))
  ) then
    raise exception 'permission denied for job %', task using errcode = 'insufficient_privilege';
  end if;
  perform SCHEMA.enqueue_jobs(json_build_array(json_build_object('task', task, 'payload', payload, 'key', key, 'runAt', run_at,
    'maxAttempts', max_attempts, 'firstPriority', first_priority)));
end $$`;

const grants = [
  'revoke execute on function enqueue_jobs(json) from public',
  'grant execute on function enqueue_jobs(json) to self_topup_background',
];

/**
 * A row that this transaction has written is newer already: its trigger has set changed_at. A settlement wrote its order twice. A write of
 * payment_checked_at alone, which sets nothing, is a transaction of its own.
 */
const touch = `create or replace function touch_order() returns trigger language plpgsql as $$
begin
  update topup_orders set changed_at = changed_at where id = new.order_id and xmin <> pg_current_xact_id()::xid;
  return null;
end $$`;

export class JobsInOneInsert1766600100000 implements MigrationInterface {
  name = 'JobsInOneInsert1766600100000';

  /** Replaces functions, and keeps their owners and grants. Takes no lock on a table. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
    const schema = row?.schema ?? 'public';
    for (const statement of [several, one.replaceAll('SCHEMA', schema), ...grants, touch]) {
      await queryRunner.query(statement);
    }
  }

  /** The version before works with them. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
