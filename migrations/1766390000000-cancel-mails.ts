import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lets a caller enqueue one more job: the mail that tells the billing contacts of the caller's organization that its order is cancelled.
 * The transaction that cancels the order enqueues it, so the order is CANCELLED here.
 */
const queue = `create or replace function enqueue_job(
  task text, payload json, key text, run_at timestamptz, max_attempts integer, first_priority integer)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
  order_id text := payload ->> 'orderId';
  organization text := payload ->> 'organizationId';
  is_cancel_mail boolean := task = 'send_order_mail' and key = 'send_order_mail:order_cancelled:' || order_id
    and payload ->> 'kind' = 'order_cancelled' and payload ->> 'sending' = '1';
  is_invoice boolean := task = 'issue_invoice' and key = 'issue_invoice:' || order_id;
  turn integer := 0;
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
  if organization is not null then
    select count(*) into turn from (
      select from graphile_worker._private_jobs as job
      where job.payload ->> 'organizationId' = organization and job.key is distinct from enqueue_job.key
        and job.task_id = (select id from graphile_worker._private_tasks where identifier = task)
        and job.attempts < job.max_attempts
      limit 999
    ) as waiting;
  end if;
  perform graphile_worker.add_job(task, payload, run_at := run_at, max_attempts := max_attempts, job_key := key,
    priority := first_priority + turn, flags := case when turn > 0 then array['later'] end);
end $$`;

export class CancelMails1766390000000 implements MigrationInterface {
  name = 'CancelMails1766390000000';

  /** Replaces a function, and keeps its owner and grants. Takes no lock on a table. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
    await queryRunner.query(queue.replace('SCHEMA', row?.schema ?? 'public'));
  }

  /** The version before works with it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
