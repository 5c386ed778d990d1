import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * The progress of a subscription with an order. The trigger note_order_event() writes it in the transaction of each step; the steps
 * themselves stay in the timeline.
 */
@Entity('event_deliveries')
@Check('event_deliveries_range_check', `after_event_id <= last_event_id`)
@Check('event_deliveries_due_check', `(due_at is null) = (after_event_id = last_event_id)`)
@Index('event_deliveries_due_idx', ['subscriptionId', 'dueAt'], { where: 'due_at is not null' })
@Index('event_deliveries_order_idx', ['orderId'])
@Index('event_deliveries_changed_idx', ['changedAt'])
export class EventDelivery {
  @ForeignKey('EventSubscription', { name: 'event_deliveries_subscription_fkey' })
  @PrimaryColumn({ name: 'subscription_id', type: 'uuid', primaryKeyConstraintName: 'event_deliveries_pkey' })
  subscriptionId!: string;

  @ForeignKey('TopupOrder', { name: 'event_deliveries_order_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'event_deliveries_pkey' })
  orderId!: string;

  /** Steps after this one, up to `lastEventId`, are to be sent, in their order. */
  @Column({ name: 'after_event_id', type: 'bigint' })
  afterEventId!: bigint;

  @Column({ name: 'last_event_id', type: 'bigint' })
  lastEventId!: bigint;

  /** The next attempt; null if nothing is to be sent. */
  @Column({ name: 'due_at', type: 'timestamptz', precision: 3, nullable: true })
  dueAt!: Date | null;

  /** Failed attempts at the next step. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  /** The last time that a step of the order was given up. */
  @Column({ name: 'given_up_at', type: 'timestamptz', precision: 3, nullable: true })
  givenUpAt!: Date | null;

  @Column({ name: 'changed_at', type: 'timestamptz', precision: 3 })
  changedAt!: Date;
}
