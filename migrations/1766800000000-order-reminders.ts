import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The reminders that were enqueued. A new table: its foreign key locks the orders for a moment, and nothing is read of them. */
const statements = [
  `create table order_reminders (
  order_id uuid not null,
  sending integer not null,
  enqueued_at timestamptz(3) not null,
  constraint order_reminders_pkey primary key (order_id),
  constraint order_reminders_order_fkey foreign key (order_id) references topup_orders (id),
  constraint order_reminders_sending_check check (sending in (1, 2))
)`,
  `alter table order_reminders enable row level security`,
  `alter table order_reminders force row level security`,
  `create policy all_rows on order_reminders to self_topup_background, self_topup_migrator using (true) with check (true)`,
  `grant select, insert, update on order_reminders to self_topup_background`,
];

export class OrderReminders1766800000000 implements MigrationInterface {
  name = 'OrderReminders1766800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of statements) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table order_reminders');
  }
}
