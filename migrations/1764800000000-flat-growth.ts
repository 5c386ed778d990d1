import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes for statements whose time grew with the years. Built beside the work that goes on, which waits for none of it; one that
 * an earlier try left half-built is dropped first.
 */
const indexes: Record<string, string> = {
  // An organization's orders in some statuses: a page of them, their number, and excess that is claimed.
  topup_orders_status_idx: `topup_orders (organization_id, status, created_at, id)`,
  // A settlement is one entry among hundreds: the index before this one had them all.
  quota_ledger_entries_settled_idx: `quota_ledger_entries (organization_id, quota_code, period)
  where kind = 'EXCESS_SETTLEMENT'`,
  // Those under review are found by their orders.
  payment_events_exceptions_idx: `payment_events (received_at)
  where outcome not in ('settled', 'repeated', 'noted', 'review')`,
};
const replaced = ['quota_ledger_entries_organization_idx', 'payment_events_attention_idx'];

/**
 * The row's own order is looked up by its key. As `exists` it could be turned around: all orders that the caller may see were
 * read to answer for a page of lines.
 */
const OF_ORDER = `(select true from topup_orders where id = order_id)`;
const policies = ['topup_order_lines', 'topup_order_events'].map(
  (table) => `alter policy own_rows on ${table} using (${OF_ORDER}) with check (${OF_ORDER})`,
);

export class FlatGrowth1764800000000 implements MigrationInterface {
  name = 'FlatGrowth1764800000000';
  /** Each statement stands alone, and does the same again after a crash: an index is not built concurrently within a transaction. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(indexes)) {
      await queryRunner.query(`drop index concurrently if exists ${name}`);
      await queryRunner.query(`create index concurrently ${name} on ${on}`);
    }
    for (const name of replaced) await queryRunner.query(`drop index concurrently if exists ${name}`);
    // For a moment nobody else reads these tables: where a long-running reader does, it gives up, to be run again.
    await queryRunner.query(`set lock_timeout = '10s'`);
    for (const statement of policies) await queryRunner.query(statement);
    await queryRunner.query(`reset lock_timeout`);
  }

  /** The version before works with these, slower: its indexes are made again by hand where that matters. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
