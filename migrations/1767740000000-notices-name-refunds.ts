import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps the sum that a notice names as given back, whatever its type. Earlier rows keep null, since they are append-only; of those, a refund
 * or a chargeback has the sum as its amount.
 */
export class NoticesNameRefunds1767740000000 implements MigrationInterface {
  name = 'NoticesNameRefunds1767740000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table payment_events add column refunded bigint');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table payment_events drop column refunded');
  }
}
