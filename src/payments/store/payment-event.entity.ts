import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { bigintColumn } from '../../platform/database/columns.ts';
import type { PaymentOutcome } from '../rules/decide-payment.ts';

export type PaymentSource = 'webhook' | 'poll' | 'check';

/**
 * The inbox: everything that Mekari Pay told us about a payment, and what we made of it, written in the transaction that
 * acted on it. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE. An event is entered once, for good.
 */
@Entity('payment_events')
@Unique('payment_events_event_key', ['eventId'])
@Index('payment_events_order_idx', ['orderId'])
@Index('payment_events_exceptions_idx', ['receivedAt'], {
  where: `outcome not in ('settled', 'repeated', 'noted', 'review')`,
})
export class PaymentEvent {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'payment_events_pkey' })
  id!: string;

  /** The provider's webhook-id; of what we asked for ourselves, the payment that it told of. */
  @Column({ name: 'event_id', type: 'text' })
  eventId!: string;

  @Column({ type: 'text' })
  source!: PaymentSource;

  @Column({ type: 'text' })
  type!: string;

  /** As it was sent: perhaps no order of ours. */
  @Column({ name: 'order_number', type: 'text' })
  orderNumber!: string;

  @ForeignKey('TopupOrder', { name: 'payment_events_order_fkey' })
  @Column({ name: 'order_id', type: 'uuid', nullable: true })
  orderId!: string | null;

  @Column({ name: 'invoice_id', type: 'text' })
  invoiceId!: string;

  @Column({ type: 'bigint', transformer: bigintColumn })
  amount!: bigint;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ name: 'paid_at', type: 'timestamptz', precision: 3, nullable: true })
  paidAt!: Date | null;

  @Column({ name: 'payment_method', type: 'text', nullable: true })
  paymentMethod!: string | null;

  @Column({ type: 'text' })
  outcome!: PaymentOutcome;

  @Column({ name: 'received_at', type: 'timestamptz', precision: 3 })
  receivedAt!: Date;
}
