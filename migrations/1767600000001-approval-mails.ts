import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Lets a caller enqueue the mails about the approval of its own draft: of its present state, and numbered by the steps that have made that
 * state, so that each submission and each decision has one mail.
 */
const queue = `create or replace function enqueue_job(
  task text, payload json, key text, run_at timestamptz, max_attempts integer, first_priority integer)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
    or not exists (select from SCHEMA.topup_orders o where id = case when order_id ~ '^[0-9a-f-]{36}$' then order_id::uuid end
                   and organization_id = organization
                   and (is_invoice or (is_cancel_mail and status = 'CANCELLED' and confirmed_at is not null)
                     or (is_mail and status = 'DRAFT' and exists (
                       select from (values ('PENDING', 'approval_requested', 'submitTopupOrder'),
                         ('APPROVED', 'order_approved', 'approveTopupOrder'), ('REJECTED', 'order_rejected', 'rejectTopupOrder'))
                         as made (state, mail, step)
                       where state = approval_state and mail = kind
                         and (select count(*) from SCHEMA.topup_order_events e where e.order_id = o.id and e.cause = step)::text = sending))))
  ) then
    raise exception 'permission denied for job %', task using errcode = 'insufficient_privilege';
  end if;
  perform SCHEMA.enqueue_jobs(json_build_array(json_build_object('task', task, 'payload', payload, 'key', key, 'runAt', run_at,
    'maxAttempts', max_attempts, 'firstPriority', first_priority)));
end $$`;

export class ApprovalMails1767600000001 implements MigrationInterface {
  name = 'ApprovalMails1767600000001';

  /** Replaces a function, and keeps its owner and grants. Takes no lock on a table. */
  async up(queryRunner: QueryRunner): Promise<void> {
    const [row] = (await queryRunner.query('select quote_ident(current_schema()) as schema')) as { schema: string }[];
    await queryRunner.query(queue.replaceAll('SCHEMA', row?.schema ?? 'public'));
  }

  /** The version before works with it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
