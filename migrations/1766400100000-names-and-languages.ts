import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Texts in two languages, and the names of callers. All are null for existing rows, and for those that the version before writes. */
const columns = [
  `alter table topup_configurations add column if not exists label_translations jsonb, add column if not exists description_translations jsonb`,
  `alter table topup_order_lines add column if not exists label_translations jsonb`,
  `alter table topup_order_events add column if not exists actor_name text`,
];

export class NamesAndLanguages1766400100000 implements MigrationInterface {
  name = 'NamesAndLanguages1766400100000';
  /** Each statement takes one table for a moment and is idempotent, so a run after a crash or behind a long reader completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set lock_timeout = '2s'`);
    for (const statement of columns) await queryRunner.query(statement);
    await queryRunner.query(`reset lock_timeout`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('alter table topup_order_events drop column actor_name');
    await queryRunner.query('alter table topup_order_lines drop column label_translations');
    await queryRunner.query(
      'alter table topup_configurations drop column description_translations, drop column label_translations',
    );
  }
}
