import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a caller's transaction could still write beyond its own: a draft with a payment and a pay URL in it, and, by their keys,
 * the jobs of whatever order. Nobody waits for this: privileges alone change.
 */
const grants = [
  `revoke insert on topup_orders from self_topup_runtime`,
  `grant insert (id, number, organization_id, organization_name, status, topup_total, excess_total, total, quote_expires_at,
  confirmed_at, payment_expires_at, correlation_id, trace_parent, created_at) on topup_orders to self_topup_runtime`,
];

/**
 * The one job that follows a caller's transaction is the invoice of its own order; the others follow a payment, or time. Who calls
 * is told by the role that was taken, or by the login where none was: it is the owner that the function runs as.
 */
const queue = `create or replace function enqueue_job(task text, payload json, key text, run_at timestamptz, max_attempts integer)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller name := case current_setting('role') when 'none' then session_user else current_setting('role') end;
  order_id text := payload ->> 'orderId';
begin
  if not pg_has_role(caller, 'self_topup_background', 'member') and (
    task <> 'issue_invoice'
    or key is distinct from 'issue_invoice:' || order_id
    or not exists (select from SCHEMA.topup_orders where id = case when order_id ~ '^[0-9a-f-]{36}$' then order_id::uuid end
                   and organization_id = current_setting('self_topup.organization_id', true))
  ) then
    raise exception 'permission denied for job %', task using errcode = 'insufficient_privilege';
  end if;
  perform graphile_worker.add_job(task, payload, run_at := run_at, max_attempts := max_attempts, job_key := key);
end $$`;

export class CallersWriteLess1764600000000 implements MigrationInterface {
  name = 'CallersWriteLess1764600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
    for (const statement of [...grants, queue.replace('SCHEMA', row?.schema ?? 'public')])
      await queryRunner.query(statement);
  }

  /** The narrower function serves the version before as well. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('grant insert on topup_orders to self_topup_runtime');
  }
}
