import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Withdraws two rights from callers' transactions: to insert a draft with a payment or a pay URL in it, and to replace the jobs
 * of another order by their keys. Only privileges change, so nothing waits for it.
 */
const grants = [
  `revoke insert on topup_orders from self_topup_runtime`,
  `grant insert (id, number, organization_id, organization_name, status, topup_total, excess_total, total, quote_expires_at,
  confirmed_at, payment_expires_at, correlation_id, trace_parent, created_at) on topup_orders to self_topup_runtime`,
];

/**
 * A caller's transaction may enqueue one job, the invoice of its own order; payments and time cause the others. The function runs
 * as its owner, so the caller is the role that the connection took, or its login if it took none.
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

  /** The previous version works with the narrower function too. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('grant insert on topup_orders to self_topup_runtime');
  }
}
