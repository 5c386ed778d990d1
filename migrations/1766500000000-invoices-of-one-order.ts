import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the order through whose invoice money came in. Built beside the work that goes on. */
const INDEX = 'order_payments_invoice_idx';

export class InvoicesOfOneOrder1766500000000 implements MigrationInterface {
  name = 'InvoicesOfOneOrder1766500000000';
  /** Each statement stands alone, and does the same again after a crash. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`drop index concurrently if exists ${INDEX}`);
    await queryRunner.query(`create index concurrently ${INDEX} on order_payments (provider, invoice_id)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`drop index concurrently if exists ${INDEX}`);
  }
}
