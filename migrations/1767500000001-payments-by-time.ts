import type { MigrationInterface, QueryRunner } from 'typeorm';

const INDEX = 'order_payments_received_idx';

/** Finds the payments of a day, for the report of finance. */
export class PaymentsByTime1767500000001 implements MigrationInterface {
  name = 'PaymentsByTime1767500000001';
  /** Settlements go on while the index is built, and a run after a crash builds it again. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`drop index concurrently if exists ${INDEX}`);
    await queryRunner.query(
      `create index concurrently if not exists ${INDEX} on order_payments (received_at, order_id)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`drop index concurrently if exists ${INDEX}`);
  }
}
