import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * hub-core's report of an order's excess at the quote and at the confirm. Both are null for orders of earlier versions, so that
 * no row is rewritten.
 */
const statements = [
  `alter table topup_orders add column excess_at_quote jsonb, add column excess_at_confirm jsonb`,
  `grant insert (excess_at_quote), update (excess_at_quote, excess_at_confirm) on topup_orders to self_topup_runtime`,
];

export class ExcessReports1765400000000 implements MigrationInterface {
  name = 'ExcessReports1765400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set local lock_timeout = '10s'`);
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`alter table topup_orders drop column excess_at_quote, drop column excess_at_confirm`);
  }
}
