import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The steps of the sum that was received for an order; callers see those of their own orders. */
const orderPayments = [
  `create table order_payments (
  id uuid not null,
  order_id uuid not null,
  kind text not null,
  provider text not null,
  invoice_id text not null,
  amount bigint,
  original_amount text not null,
  original_currency text not null,
  method text,
  received_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  constraint order_payments_pkey primary key (id),
  constraint order_payments_order_fkey foreign key (order_id) references topup_orders(id),
  constraint order_payments_kind_check check (kind in ('PAYMENT', 'REFUND')),
  constraint order_payments_amount_check check (amount is null or (amount <> 0 and (kind = 'REFUND') = (amount < 0))),
  constraint order_payments_currency_check check ((amount is null) = (original_currency <> 'IDR'))
)`,
  `create index order_payments_order_idx on order_payments (order_id)`,
  `create trigger order_payments_append_only before update or delete on order_payments
  for each row execute function refuse_change()`,
  `create trigger order_payments_no_truncate before truncate on order_payments
  for each statement execute function refuse_change()`,
  `grant select on order_payments to self_topup_runtime, self_topup_background`,
  `grant insert on order_payments to self_topup_background`,
  `alter table order_payments enable row level security`,
  `alter table order_payments force row level security`,
  `create policy own_rows on order_payments to self_topup_runtime
  using ((select true from topup_orders where id = order_id)) with check (false)`,
  `create policy all_rows on order_payments to self_topup_background, self_topup_migrator using (true) with check (true)`,
];

/** A notice need not name an amount. Neither change reads or rewrites a row; the version before writes both columns as it did. */
const paymentEvents = [
  `alter table payment_events alter column amount drop not null`,
  `alter table payment_events add column detail text`,
];

/** A streak of answers about an order's invoices that say nothing; a usable answer ends it. */
const lookups = [
  `create table payment_lookup_failures (
  order_id uuid not null,
  unreadable integer not null default 0,
  unknown integer not null default 0,
  unknown_since timestamptz(3),
  failed_at timestamptz(3) not null,
  constraint payment_lookup_failures_pkey primary key (order_id),
  constraint payment_lookup_failures_order_fkey foreign key (order_id) references topup_orders(id)
)`,
  `grant select, insert, update, delete on payment_lookup_failures to self_topup_background`,
];

/** The constraint is validated by the next migration, which holds no lock that a page feels. */
const reviewReasons = [
  `alter table topup_orders add column review_reason text,
  add constraint topup_orders_review_reason_check check (review_reason in ('UNDERPAID', 'WRONG_CURRENCY', 'UNREADABLE')) not valid`,
];

export class PaymentsReceived1765800000000 implements MigrationInterface {
  name = 'PaymentsReceived1765800000000';

  /**
   * A foreign key and a column take their tables for a moment. Pages queue behind a lock that is waited for: where a long reader is in
   * the way, this gives up soon, to be run again. It takes the tables in the order of a settlement's statements: in another
   * order they would deadlock, and pages would wait until that is found.
   */
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set local lock_timeout = '1s'`);
    await queryRunner.query('lock table topup_orders, payment_events in access exclusive mode');
    for (const statement of [...orderPayments, ...paymentEvents, ...lookups, ...reviewReasons])
      await queryRunner.query(statement);
  }

  /** Received money stays known. The version before works with both changes. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
