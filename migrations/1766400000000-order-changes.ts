import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `changed_at` rises with each change of an order that the graph shows. Triggers set it, so that no writer can forget it and no
 * replica's clock can turn it back. The default is a constant for the rows that exist, so none is rewritten.
 */
const column = `alter table topup_orders add column if not exists changed_at timestamptz(3) not null default now()`;

/** A poll that finds nothing new sets only payment_checked_at, which is not in the list. */
const order = [
  `create or replace function set_order_changed() returns trigger language plpgsql as $$
begin
  new.changed_at := greatest(clock_timestamp()::timestamptz(3), old.changed_at + interval '1 millisecond');
  return new;
end $$`,
  `create or replace trigger topup_orders_changed before update of status, topup_total, excess_total, total, quote_expires_at, confirmed_at,
  payment_expires_at, payment_invoice_id, payment_url, review_reason, paid_at, completed_at, paid_invoice_number, changed_at
  on topup_orders for each row execute function set_order_changed()`,
];

/**
 * A payment, and a step that does not move the order. Only the background makes them after a confirm; a draft's new quote updates
 * the order itself.
 */
const dependants = [
  `create or replace function touch_order() returns trigger language plpgsql as $$
begin
  update topup_orders set changed_at = changed_at where id = new.order_id;
  return null;
end $$`,
  `create or replace trigger order_payments_changed after insert on order_payments for each row execute function touch_order()`,
  `create or replace trigger topup_order_events_changed after insert on topup_order_events for each row
  when (new.from_status = new.to_status and new.to_status <> 'DRAFT') execute function touch_order()`,
];

export class OrderChanges1766400000000 implements MigrationInterface {
  name = 'OrderChanges1766400000000';
  /** Each statement takes one table for a moment and is idempotent, so a run after a crash or behind a long reader completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set lock_timeout = '2s'`);
    for (const statement of [column, ...order, ...dependants]) await queryRunner.query(statement);
    await queryRunner.query(`reset lock_timeout`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('drop trigger topup_order_events_changed on topup_order_events');
    await queryRunner.query('drop trigger order_payments_changed on order_payments');
    await queryRunner.query('drop trigger topup_orders_changed on topup_orders');
    await queryRunner.query('drop function touch_order, set_order_changed');
    await queryRunner.query('alter table topup_orders drop column changed_at');
  }
}
