import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The trace that an order's requests and jobs join. A column without a default rewrites no row, so the lock is short. If a
 * long-running reader holds the table, the migration gives up, because all other callers would queue behind it.
 */
export class OrderTrace1764300000000 implements MigrationInterface {
  name = 'OrderTrace1764300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set local lock_timeout = '10s'`);
    await queryRunner.query(`alter table topup_orders add column trace_parent text`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table topup_orders drop column trace_parent`);
  }
}
