import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An operator's package codes for a booking that Moderator refuses: a new table blocks nobody. */
const corrections = [
  `create table booking_corrections (
  id bigint generated always as identity not null,
  order_id uuid not null,
  order_line_id uuid not null,
  package_code text not null,
  actor text not null,
  reason text not null,
  at timestamptz(3) not null,
  constraint booking_corrections_pkey primary key (id),
  constraint booking_corrections_code_check check (length(package_code) between 1 and 100),
  constraint booking_corrections_order_fkey foreign key (order_id) references topup_orders(id),
  constraint booking_corrections_line_fkey foreign key (order_line_id) references topup_order_lines(id)
)`,
  `create index booking_corrections_order_idx on booking_corrections (order_id, id)`,
  `create trigger booking_corrections_append_only before update or delete on booking_corrections
  for each row execute function refuse_change()`,
  `create trigger booking_corrections_no_truncate before truncate on booking_corrections
  for each statement execute function refuse_change()`,
  `grant select, insert on booking_corrections to self_topup_background`,
];

/**
 * Keeps the reason of a command that concerns no order, and so has no timeline. The constraint is validated separately, under a
 * lock that blocks no writer.
 */
const trail = [
  `alter table action_trail add column if not exists reason text`,
  `alter table action_trail drop constraint if exists action_trail_reason_check`,
  `alter table action_trail add constraint action_trail_reason_check check (length(reason) <= 500) not valid`,
  `alter table action_trail validate constraint action_trail_reason_check`,
];

export class OperatorsEndThings1765700000000 implements MigrationInterface {
  name = 'OperatorsEndThings1765700000000';
  /** Each statement locks for a moment and is idempotent, so a run after a crash completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set lock_timeout = '2s'`);
    const [{ exists }] = await queryRunner.query(`select to_regclass('booking_corrections') is not null as exists`);
    if (!exists) await queryRunner.query(['begin', ...corrections, 'commit'].join(';\n'));
    for (const statement of trail) await queryRunner.query(statement);
    await queryRunner.query(`reset lock_timeout`);
  }

  /** The corrections are facts about bookings: no code of ours drops them. */
  async down(): Promise<void> {
    throw new Error('This migration cannot be reverted: restore a backup instead.');
  }
}
