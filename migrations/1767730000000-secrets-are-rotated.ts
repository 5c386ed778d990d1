import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The secret that a new one replaced, for as long as it signs too. Columns without a default, on a table of a few rows. */
export class SecretsAreRotated1767730000000 implements MigrationInterface {
  name = 'SecretsAreRotated1767730000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table event_subscriptions add column previous_secret text, add column previous_secret_until timestamptz(3)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'alter table event_subscriptions drop column previous_secret, drop column previous_secret_until',
    );
  }
}
