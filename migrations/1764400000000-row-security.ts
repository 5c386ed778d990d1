import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Locks the tables in the order in which requests and settlements do: it waits for those in flight and cannot deadlock with one.
 * If a long-running reader holds a table, it gives up, because all other callers would queue behind it. Run it again then.
 */
const locks = [
  `set local lock_timeout = '10s'`,
  `lock table topup_orders, idempotency_keys, payment_events, topup_order_lines, quota_ledger_entries, organization_packages,
  topup_order_events, order_mail_deliveries, payment_exception_closings in access exclusive mode`,
];

/** Least privilege. Only the background role credits, settles and books. */
const grants = [
  `grant select on schema_migrations, feature_flags, topup_configurations, topup_orders, topup_order_lines, topup_order_events,
  idempotency_keys, quota_ledger_entries, organization_packages to self_topup_runtime`,
  `grant insert on topup_orders, topup_order_lines, topup_order_events, idempotency_keys to self_topup_runtime`,
  `grant update (status, topup_total, excess_total, total, quote_expires_at, confirmed_at, payment_expires_at)
  on topup_orders to self_topup_runtime`,
  `grant delete on topup_order_lines to self_topup_runtime`,
  `grant update (period_start, period_end) on topup_order_lines to self_topup_runtime, self_topup_background`,

  `grant select on schema_migrations, feature_flags, topup_configurations, topup_orders, topup_order_lines, topup_order_events,
  idempotency_keys, quota_ledger_entries, organization_packages, payment_events, payment_exception_closings,
  order_mail_deliveries, audit_runs, job_workers, periodic_tasks to self_topup_background`,
  `grant insert on topup_order_events, quota_ledger_entries, payment_events, payment_exception_closings, audit_runs
  to self_topup_background`,
  `grant insert, update on feature_flags, topup_configurations, organization_packages, order_mail_deliveries
  to self_topup_background`,
  `grant update on topup_orders to self_topup_background`,
  `grant insert, update, delete on job_workers, periodic_tasks to self_topup_background`,
];

const OWN = `organization_id = (select current_setting('self_topup.organization_id', true))`;
const EVERY = `(select current_setting('self_topup.every_organization', true)) = 'on'`;
/** The policy of topup_orders applies within this subquery. */
const OF_ORDER = `exists (select from topup_orders where id = order_id)`;

const byOrganization = ['topup_orders', 'idempotency_keys', 'quota_ledger_entries', 'organization_packages'];
const byOrder = ['topup_order_lines', 'topup_order_events'];

/**
 * The runtime role sees the rows of the organization that its transaction names (src/platform/database/tenant-database.ts); the
 * background role sees all rows. Forced, so that it binds the owner too, which has a policy for later migrations.
 */
const policies = [
  ...[...byOrganization, ...byOrder].flatMap((table) => {
    const own = byOrganization.includes(table) ? OWN : OF_ORDER;
    return [
      `alter table ${table} enable row level security`,
      `alter table ${table} force row level security`,
      `create policy own_rows on ${table} to self_topup_runtime using (${own}) with check (${own})`,
      `create policy all_rows on ${table} to self_topup_background, self_topup_migrator using (true) with check (true)`,
    ];
  }),
  ...byOrganization.map(
    (table) => `create policy read_rows on ${table} for select to self_topup_runtime using (${EVERY})`,
  ),
];

/** Lets every role enqueue a job in its own transaction, although only the background role sees the queue. */
const queue = [
  `create function enqueue_job(task text, payload json, key text, run_at timestamptz, max_attempts integer) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform graphile_worker.add_job(task, payload, run_at := run_at, max_attempts := max_attempts, job_key := key);
end $$`,
  `revoke execute on function enqueue_job from public`,
  `grant execute on function enqueue_job to self_topup_runtime, self_topup_background`,
];

export class RowSecurity1764400000000 implements MigrationInterface {
  name = 'RowSecurity1764400000000';

  /** src/platform/database/roles.ts creates the roles before any migration. */
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...locks, ...grants, ...policies, ...queue]) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop function enqueue_job');
    for (const table of [...byOrganization, ...byOrder]) {
      await queryRunner.query(`alter table ${table} no force row level security, disable row level security`);
      for (const policy of ['own_rows', 'all_rows', 'read_rows'])
        await queryRunner.query(`drop policy if exists ${policy} on ${table}`);
    }
  }
}
