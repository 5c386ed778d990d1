import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Subscribers of orders' steps, and how far each has got with each order. New tables, so nobody waits for them. */
const tables = [
  `create table event_subscriptions (
  id uuid not null,
  organization_id text,
  url text not null,
  secret text not null,
  types text[] not null,
  created_at timestamptz(3) not null,
  is_enabled boolean not null default true,
  disabled_at timestamptz(3),
  disabled_cause text,
  disabled_reason text,
  failing_since timestamptz(3),
  last_error text,
  delivered_at timestamptz(3),
  constraint event_subscriptions_pkey primary key (id),
  constraint event_subscriptions_disabled_check
    check (is_enabled = (disabled_at is null) and is_enabled = (disabled_cause is null)),
  constraint event_subscriptions_cause_check check (disabled_cause in ('OPERATOR', 'FAILED', 'GONE'))
)`,
  `create table event_deliveries (
  subscription_id uuid not null,
  order_id uuid not null,
  after_event_id bigint not null,
  last_event_id bigint not null,
  due_at timestamptz(3),
  attempts integer not null default 0,
  last_error text,
  given_up_at timestamptz(3),
  changed_at timestamptz(3) not null,
  constraint event_deliveries_pkey primary key (subscription_id, order_id),
  constraint event_deliveries_subscription_fkey foreign key (subscription_id) references event_subscriptions (id),
  constraint event_deliveries_order_fkey foreign key (order_id) references topup_orders (id) on delete cascade,
  constraint event_deliveries_range_check check (after_event_id <= last_event_id),
  constraint event_deliveries_due_check check ((due_at is null) = (after_event_id = last_event_id))
)`,
  `create index event_deliveries_due_idx on event_deliveries (subscription_id, due_at) where due_at is not null`,
  `create index event_deliveries_order_idx on event_deliveries (order_id)`,
  `create index event_deliveries_changed_idx on event_deliveries (changed_at)`,
  ...['event_subscriptions', 'event_deliveries'].flatMap((table) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy all_rows on ${table} to self_topup_background, self_topup_migrator using (true) with check (true)`,
  ]),
  `grant select, insert, update on event_subscriptions to self_topup_background`,
  `grant select, insert, update, delete on event_deliveries to self_topup_background`,
];

export class EventSubscriptions1767700000000 implements MigrationInterface {
  name = 'EventSubscriptions1767700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of tables) await queryRunner.query(statement);
  }

  /** The secrets are lost with the subscriptions; the timelines stay. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop table event_deliveries, event_subscriptions');
  }
}
