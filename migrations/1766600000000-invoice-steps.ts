import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Numbers the steps of an invoice, unique over all orders: of two orders that settle one invoice at the same moment, the database refuses the
 * second. The rows that exist keep null, since they are append-only, and no two nulls are equal: so the index can be built whatever they say.
 * They need no number. Their orders were settled, and a settlement reads the owners that are committed. If one invoice has paid two orders
 * already, the audit names them (invoice_pays_one_order).
 */
const column = 'alter table order_payments add column if not exists step_number integer';

const KEY = 'order_payments_step_key';
/** The unique index finds the payments of an invoice too. */
const INDEX = 'order_payments_invoice_idx';

export class InvoiceSteps1766600000000 implements MigrationInterface {
  name = 'InvoiceSteps1766600000000';
  /** Each statement stands alone and is idempotent. Settlements go on while the index is built. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set lock_timeout = '2s'`);
    await queryRunner.query(column);
    await queryRunner.query(`reset lock_timeout`);
    await queryRunner.query(`drop index concurrently if exists ${KEY}`);
    await queryRunner.query(
      `create unique index concurrently ${KEY} on order_payments (provider, invoice_id, step_number)`,
    );
    await queryRunner.query(`drop index concurrently if exists ${INDEX}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `create index concurrently if not exists ${INDEX} on order_payments (provider, invoice_id)`,
    );
    await queryRunner.query(`drop index concurrently if exists ${KEY}`);
    await queryRunner.query('alter table order_payments drop column step_number');
  }
}
