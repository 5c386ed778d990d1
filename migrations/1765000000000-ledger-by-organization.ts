import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes that hold all that is asked of an organization's entries. Built as those of FlatGrowth are. */
const indexes: Record<string, string> = {
  // What its counters should be: an organization with many orders has its entries all over the table.
  quota_ledger_entries_counters_idx: `quota_ledger_entries (organization_id, quota_code, kind, quantity)`,
  quota_ledger_entries_settlements_idx: `quota_ledger_entries (organization_id, quota_code, period, quantity)
  where kind = 'EXCESS_SETTLEMENT'`,
};
/** By the second of them. */
const replaced = 'quota_ledger_entries_settled_idx';

export class LedgerByOrganization1765000000000 implements MigrationInterface {
  name = 'LedgerByOrganization1765000000000';
  /** Each statement stands alone, and does the same again after a crash. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(indexes)) {
      await queryRunner.query(`drop index concurrently if exists ${name}`);
      await queryRunner.query(`create index concurrently ${name} on ${on}`);
    }
    await queryRunner.query(`drop index concurrently if exists ${replaced}`);
  }

  /** The version before works with these as well. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
