import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes for statements whose time grew with the history. They are built concurrently, so that nothing waits for them. An invalid
 * index of an earlier attempt is dropped first.
 */
const indexes: Record<string, string> = {
  // Serves a page of an organization's orders in some statuses, their number, and the excess that they claim.
  topup_orders_status_idx: `topup_orders (organization_id, status, created_at, id)`,
  // Leaves out the other entries: one in hundreds is a settlement.
  quota_ledger_entries_settled_idx: `quota_ledger_entries (organization_id, quota_code, period)
  where kind = 'EXCESS_SETTLEMENT'`,
  // Leaves out payments under review, which are found by their orders.
  payment_events_exceptions_idx: `payment_events (received_at)
  where outcome not in ('settled', 'repeated', 'noted', 'review')`,
};
const replaced = ['quota_ledger_entries_organization_idx', 'payment_events_attention_idx'];

/**
 * Looks up the row's own order by its key. The planner turned the earlier `exists` around: it read all orders that the caller may
 * see, for one page of lines.
 */
const OF_ORDER = `(select true from topup_orders where id = order_id)`;
const policies = ['topup_order_lines', 'topup_order_events'].map(
  (table) => `alter policy own_rows on ${table} using (${OF_ORDER}) with check (${OF_ORDER})`,
);

export class FlatGrowth1764800000000 implements MigrationInterface {
  name = 'FlatGrowth1764800000000';
  /** No transaction may build an index concurrently. Each statement is idempotent, so a run after a crash completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(indexes)) {
      await queryRunner.query(`drop index concurrently if exists ${name}`);
      await queryRunner.query(`create index concurrently ${name} on ${on}`);
    }
    for (const name of replaced) await queryRunner.query(`drop index concurrently if exists ${name}`);
    // Needs an exclusive lock for a moment. If a long-running reader holds a table, it gives up: run it again.
    await queryRunner.query(`set lock_timeout = '10s'`);
    for (const statement of policies) await queryRunner.query(statement);
    await queryRunner.query(`reset lock_timeout`);
  }

  /** The previous version works with these indexes, but slower: create its own by hand if that matters. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
