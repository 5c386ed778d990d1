import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The library's statements take a list of jobs. PostgreSQL estimates ten rows for a list that it does not know, and two for the list of a
 * settlement, so it planned four statements anew for each call, which took half of the time of enqueueing. With the plan by index
 * (1767710000000) one plan is right for every list, so a connection keeps it.
 */
const keepPlans = 'alter function enqueue_jobs(json) set plan_cache_mode = force_generic_plan';

export class QueuePlansAreKept1767710000002 implements MigrationInterface {
  name = 'QueuePlansAreKept1767710000002';

  /** Changes a setting of a function. Takes no lock on a table. */
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(keepPlans);
  }

  /** The version before works with it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
