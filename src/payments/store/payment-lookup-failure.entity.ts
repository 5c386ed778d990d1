import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A streak of answers of the provider about an order's invoices that say nothing. A usable answer deletes it. */
@Entity('payment_lookup_failures')
export class PaymentLookupFailure {
  @ForeignKey('TopupOrder', { name: 'payment_lookup_failures_order_fkey' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'payment_lookup_failures_pkey' })
  orderId!: string;

  /** Answers in a row that break the provider's contract. */
  @Column({ type: 'integer', default: 0 })
  unreadable!: number;

  /** Answers in a row that know no invoice of the order. */
  @Column({ type: 'integer', default: 0 })
  unknown!: number;

  @Column({ name: 'unknown_since', type: 'timestamptz', precision: 3, nullable: true })
  unknownSince!: Date | null;

  @Column({ name: 'failed_at', type: 'timestamptz', precision: 3 })
  failedAt!: Date;
}
