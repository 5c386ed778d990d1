import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** An operator's resolution of a payment exception. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE. */
@Entity('payment_exception_closings')
export class PaymentExceptionClosing {
  @ForeignKey('PaymentEvent', { name: 'payment_exception_closings_event_fkey' })
  @PrimaryColumn({
    name: 'payment_event_id',
    type: 'uuid',
    primaryKeyConstraintName: 'payment_exception_closings_pkey',
  })
  paymentEventId!: string;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ name: 'closed_at', type: 'timestamptz', precision: 3 })
  closedAt!: Date;
}
