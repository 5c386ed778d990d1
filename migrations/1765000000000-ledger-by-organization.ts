import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes that contain every column that the statements on an organization's entries read. Built like those of FlatGrowth. */
const indexes: Record<string, string> = {
  // Serves the expected values of the counters: the entries of a large organization are spread over the table.
  quota_ledger_entries_counters_idx: `quota_ledger_entries (organization_id, quota_code, kind, quantity)`,
  quota_ledger_entries_settlements_idx: `quota_ledger_entries (organization_id, quota_code, period, quantity)
  where kind = 'EXCESS_SETTLEMENT'`,
};
/** The second index replaces it. */
const obsoleteIndex = 'quota_ledger_entries_settled_idx';

export class LedgerByOrganization1765000000000 implements MigrationInterface {
  name = 'LedgerByOrganization1765000000000';
  /** Each statement is idempotent, so a run after a crash completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(indexes)) {
      await queryRunner.query(`drop index concurrently if exists ${name}`);
      await queryRunner.query(`create index concurrently ${name} on ${on}`);
    }
    await queryRunner.query(`drop index concurrently if exists ${obsoleteIndex}`);
  }

  /** The previous version works with these indexes too. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
