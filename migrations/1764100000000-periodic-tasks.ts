import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The leases of periodic tasks. No code uses them since recurring jobs replaced them (docs/decisions/0049). */
export class PeriodicTasks1764100000000 implements MigrationInterface {
  name = 'PeriodicTasks1764100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `create table periodic_tasks (
  name text not null,
  holder uuid,
  leased_until timestamptz(3) not null,
  started_at timestamptz(3) not null,
  constraint periodic_tasks_pkey primary key (name)
)`,
    );
  }

  /** A lease lasts one interval, so the table holds nothing of value. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table periodic_tasks');
  }
}
