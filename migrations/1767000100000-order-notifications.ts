import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Says on each change of an order which one it was, to the processes in which somebody waits for it. A hint: it is sent with the
 * commit, may be lost, and any login can send one. A new body of a function locks no table.
 */
const notifies = `create or replace function set_order_changed() returns trigger language plpgsql as $$
begin
  new.changed_at := greatest(clock_timestamp()::timestamptz(3), old.changed_at + interval '1 millisecond');
  perform pg_notify('topup_order_changed', new.id::text);
  return new;
end $$`;

export class OrderNotifications1767000100000 implements MigrationInterface {
  name = 'OrderNotifications1767000100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(notifies);
  }

  /** Nobody listens in the previous version. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
