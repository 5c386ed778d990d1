import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of sums that operators gave back by hand. Callers have no privilege on it. */
const giveBacks = [
  `create table order_give_backs (
  id uuid not null,
  order_id uuid not null,
  channel text not null,
  amount bigint,
  original_amount text not null,
  original_currency text not null,
  reference text not null,
  given_on date not null,
  actor text not null,
  recorded_at timestamptz(3) not null,
  constraint order_give_backs_pkey primary key (id),
  constraint order_give_backs_reference_key unique (order_id, reference),
  constraint order_give_backs_order_fkey foreign key (order_id) references topup_orders(id),
  constraint order_give_backs_channel_check check (channel in ('PROVIDER', 'TRANSFER')),
  constraint order_give_backs_amount_check check (amount is null or amount > 0),
  constraint order_give_backs_currency_check check ((amount is null) = (original_currency <> 'IDR'))
)`,
  `create trigger order_give_backs_append_only before update or delete on order_give_backs
  for each row execute function refuse_change()`,
  `create trigger order_give_backs_no_truncate before truncate on order_give_backs
  for each statement execute function refuse_change()`,
  `grant select, insert on order_give_backs to self_topup_background`,
];

export class GiveBacks1766390100000 implements MigrationInterface {
  name = 'GiveBacks1766390100000';

  /** The foreign key takes the orders for a moment: behind a long reader this gives up, to be run again. */
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set local lock_timeout = '10s'`);
    for (const statement of giveBacks) await queryRunner.query(statement);
  }

  /** Money given back stays recorded. The version before works beside it. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
