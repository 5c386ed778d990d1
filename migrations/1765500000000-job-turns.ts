import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Enqueues a job behind those of its organization (src/platform/jobs/store/turns.ts). Who may enqueue is the same as in the function
 * with five arguments, which stays for replicas of the version before. A caller cannot take the turn of another organization.
 */
const queue = `create or replace function enqueue_job(
  task text, payload json, key text, run_at timestamptz, max_attempts integer, first_priority integer)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
  order_id text := payload ->> 'orderId';
  organization text := payload ->> 'organizationId';
  turn integer := 0;
begin
  if not pg_has_role(caller, 'self_topup_background', 'member') and (
    task <> 'issue_invoice'
    or key is distinct from 'issue_invoice:' || order_id
    or organization is distinct from current_setting('self_topup.organization_id', true)
    or not exists (select from SCHEMA.topup_orders where id = case when order_id ~ '^[0-9a-f-]{36}$' then order_id::uuid end
                   and organization_id = organization)
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

const SIGNATURE = 'enqueue_job(text, json, text, timestamptz, integer, integer)';

export class JobTurns1765500000000 implements MigrationInterface {
  name = 'JobTurns1765500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
    await queryRunner.query(queue.replace('SCHEMA', row?.schema ?? 'public'));
    await queryRunner.query(`revoke execute on function ${SIGNATURE} from public`);
    await queryRunner.query(`grant execute on function ${SIGNATURE} to self_topup_runtime, self_topup_background`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`drop function ${SIGNATURE}`);
  }
}
