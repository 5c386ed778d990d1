import type { MigrationInterface, QueryRunner } from 'typeorm';

/** New outcomes of the daily course are no exceptions. The index is built beside the work that goes on. */
const INDEX = `payment_events (received_at)
  where outcome not in ('settled', 'repeated', 'noted', 'review', 'returned', 'received', 'hint')`;

/** Events that are read at a time. The rows of one batch commit together, and nobody waits for them. */
const BATCH = 5000;

/**
 * Gives the orders that were paid before there were payments their rows: the payment that moved an order is in the inbox. A row has
 * its event's id, so a run after a crash adds what is missing. The foreign key locks the row of each of these orders FOR KEY SHARE until its
 * batch commits. An exact notice does not wait for that, unless it gives the order its first invoice. A check or an operator's command about
 * one of these orders, which locks the row FOR UPDATE, does.
 */
const batch = `
  with events as (
    select * from payment_events where id > $1 order by id limit ${BATCH}
  ), filled as (
    insert into order_payments (id, order_id, kind, provider, invoice_id, amount, original_amount, original_currency, method,
      received_at, recorded_at)
    select id, order_id, 'PAYMENT', provider, invoice_id, case currency when 'IDR' then amount end, amount::text, currency,
      payment_method, coalesce(paid_at, received_at), received_at
    from events where outcome in ('settled', 'review') and order_id is not null and amount > 0
    on conflict on constraint order_payments_pkey do nothing
  )
  select max(id::text) as last from events`;

/**
 * Few orders are under review at a time: each had a payment of another sum, or in another currency. Of one that was paid too much
 * nothing is missing: it has no reason until the poll asks for it.
 */
const reviewReasons = [
  `update topup_orders o set review_reason = case when event.currency <> 'IDR' then 'WRONG_CURRENCY' else 'UNDERPAID' end
  from payment_events event
  where o.status = 'PAYMENT_REVIEW' and o.review_reason is null and event.order_id = o.id and event.outcome = 'review'
    and (event.currency <> 'IDR' or event.amount < o.total)`,
  `alter table topup_orders validate constraint topup_orders_review_reason_check`,
];

export class PaymentsFromTheInbox1765810000000 implements MigrationInterface {
  name = 'PaymentsFromTheInbox1765810000000';
  /** An index that is built concurrently, and batches that commit one by one, allow no transaction around them. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`drop index concurrently if exists payment_events_exceptions_new_idx`);
    await queryRunner.query(`create index concurrently payment_events_exceptions_new_idx on ${INDEX}`);
    await queryRunner.query(`drop index concurrently if exists payment_events_exceptions_idx`);
    await queryRunner.query(`alter index payment_events_exceptions_new_idx rename to payment_events_exceptions_idx`);
    for (const statement of reviewReasons) await queryRunner.query(statement);
    let last: string | null = '00000000-0000-0000-0000-000000000000';
    while (last !== null) {
      const [row] = (await queryRunner.query(batch, [last])) as { last: string | null }[];
      last = row?.last ?? null;
    }
  }

  /** The rows stay: they say what the inbox says. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
