import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The poll takes turns among organizations, and chooses by index alone. Built as the indexes of FlatGrowth are. */
const indexes: Record<string, string> = {
  topup_orders_turn_idx: `topup_orders (organization_id, payment_checked_at nulls first, id, payment_invoice_id)
  where status in ('PENDING_PAYMENT')`,
  topup_orders_late_turn_idx: `topup_orders (payment_expires_at, organization_id, payment_checked_at, id)
  where status in ('EXPIRED', 'CANCELLED') and confirmed_at is not null`,
};
const replaced = ['topup_orders_pending_idx', 'topup_orders_late_idx'];

export class PollInTurns1765410000000 implements MigrationInterface {
  name = 'PollInTurns1765410000000';
  /** Each statement stands alone, and does the same again after a crash. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(indexes)) {
      await queryRunner.query(`drop index concurrently if exists ${name}`);
      await queryRunner.query(`create index concurrently ${name} on ${on}`);
    }
    for (const name of replaced) await queryRunner.query(`drop index concurrently if exists ${name}`);
  }

  /** The version before polls with these as well. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
