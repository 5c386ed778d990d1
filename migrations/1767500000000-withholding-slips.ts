import type { MigrationInterface, QueryRunner } from 'typeorm';

const columns = `alter table topup_orders
  add column if not exists withholding_slip_number text,
  add column if not exists withholding_slip_date date,
  add column if not exists tax_invoice_number text`;

const SLIP = `(withholding_slip_number is null and withholding_slip_date is null and tax_invoice_number is null)
   or (withholding_slip_number is not null and withheld_total > 0 and paid_at is not null)`;

const INDEX = 'topup_orders_slip_idx';

/** The slip of the tax that a buyer kept back. Timeline and action trail have who entered it, and each correction. */
export class WithholdingSlips1767500000000 implements MigrationInterface {
  name = 'WithholdingSlips1767500000000';
  /** Each statement stands alone and is idempotent. Orders go on while the index is built. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(columns);
    await queryRunner.query(
      `alter table topup_orders drop constraint if exists topup_orders_slip_check,
       add constraint topup_orders_slip_check check (${SLIP}) not valid`,
    );
    await queryRunner.query('alter table topup_orders validate constraint topup_orders_slip_check');
    await queryRunner.query(`drop index concurrently if exists ${INDEX}`);
    await queryRunner.query(
      `create index concurrently if not exists ${INDEX} on topup_orders (paid_at, id)
       where withheld_total > 0 and withholding_slip_number is null and status in ('PAID', 'COMPLETED')`,
    );
  }

  /** The timeline keeps the numbers. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`drop index concurrently if exists ${INDEX}`);
    await queryRunner.query(
      `alter table topup_orders drop column withholding_slip_number, drop column withholding_slip_date,
       drop column tax_invoice_number`,
    );
  }
}
