import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who runs a periodic task, and until when nobody else does: src/platform/jobs/periodic.ts. */
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

  /** It holds nothing that lasts longer than an interval. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table periodic_tasks');
  }
}
