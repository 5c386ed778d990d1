import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** The reminders of an order that were enqueued, so that each is enqueued once. */
@Entity('order_reminders')
@Check('order_reminders_sending_check', `sending in (1, 2)`)
export class OrderReminder {
  @ForeignKey('TopupOrder', { name: 'order_reminders_order_fkey' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'order_reminders_pkey' })
  orderId!: string;

  /** The number of the last one: 1 at half of the time to pay, 2 two hours before its end. */
  @Column({ type: 'integer' })
  sending!: number;

  @Column({ name: 'enqueued_at', type: 'timestamptz', precision: 3 })
  enqueuedAt!: Date;
}
