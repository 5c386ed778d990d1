import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The library's statements take a list of jobs. PostgreSQL estimates ten rows for a list that it does not know, and two for the list of a
 * settlement, so it planned four statements anew for each call, which took half of the time of enqueueing. With a plan that is right for
 * every list, a connection keeps it.
 *
 * Without sequential scans alone (1767710000000) that plan was wrong: a connection that planned on an empty queue walked the whole index of
 * the keys, 5,600 entries at each settlement in a backlog. Only a bitmap scan needs a key to begin with.
 */
const keepPlans = 'alter function enqueue_jobs(json) set plan_cache_mode = force_generic_plan';
const readByKey = 'alter function enqueue_jobs(json) set enable_indexscan = off';

export class QueuePlansAreKept1767710000002 implements MigrationInterface {
  name = 'QueuePlansAreKept1767710000002';

  /** Changes settings of a function. Takes no lock on a table. */
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(keepPlans);
    await queryRunner.query(readByKey);
  }

  /** The version before works with it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
