import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All earlier rows belong to Mekari Pay. A constant default rewrites no row. */
const columns = [
  `alter table topup_orders add column if not exists payment_provider text not null default 'mekari-pay'`,
  `alter table payment_events add column if not exists provider text not null default 'mekari-pay'`,
];

/** Each provider numbers its own invoices and events. The constraints keep their names, which the previous version matches. */
const keys = [
  { table: 'payment_events', name: 'payment_events_event_key', columns: 'provider, event_id' },
  { table: 'topup_orders', name: 'topup_orders_payment_invoice_key', columns: 'payment_provider, payment_invoice_id' },
];

export class PaymentProvider1765100000000 implements MigrationInterface {
  name = 'PaymentProvider1765100000000';
  /** No transaction may build an index concurrently. Each statement is idempotent, so a run after a crash completes the rest. */
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`set lock_timeout = '10s'`);
    for (const statement of columns) await queryRunner.query(statement);
    for (const { table, name, columns } of keys) {
      await queryRunner.query(`drop index concurrently if exists ${name}_new`);
      await queryRunner.query(`create unique index concurrently ${name}_new on ${table} (${columns})`);
      await queryRunner.query(
        `alter table ${table} drop constraint if exists ${name}, add constraint ${name} unique using index ${name}_new`,
      );
    }
    await queryRunner.query(`reset lock_timeout`);
  }

  /** The previous version works with both: it writes rows of one provider only. */
  async down(): Promise<void> {
    await Promise.resolve();
  }
}
