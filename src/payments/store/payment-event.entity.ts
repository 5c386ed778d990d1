import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { bigintColumn } from '../../platform/database/columns.ts';
import { literals } from '../../platform/database/sql.ts';
import { type PaymentOutcome, ROUTINE_OUTCOMES } from '../rules/payment-outcomes.ts';

export type PaymentSource = 'webhook' | 'poll' | 'check';

/**
 * The inbox: a notice about a payment, or the result of a check, and its outcome, written in the transaction that acted on
 * it. An exception is an entry of its own, which an operator closes. Append-only: a
 * trigger refuses UPDATE, DELETE and TRUNCATE. The unique constraint dedupes a provider's events for good.
 */
@Entity('payment_events')
@Unique('payment_events_event_key', ['provider', 'eventId'])
@Index('payment_events_order_idx', ['orderId'])
@Index('payment_events_exceptions_idx', ['receivedAt'], {
  where: `outcome not in (${literals(ROUTINE_OUTCOMES)})`,
})
export class PaymentEvent {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'payment_events_pkey' })
  id!: string;

  /** The payment provider that reported it. */
  @Column({ type: 'text', default: 'mekari-pay' })
  provider!: string;

  /** The id of the provider's webhook; for a poll or a check, an id that is derived from the payment. */
  @Column({ name: 'event_id', type: 'text' })
  eventId!: string;

  @Column({ type: 'text' })
  source!: PaymentSource;

  @Column({ type: 'text' })
  type!: string;

  /** The number as it was sent. We may have no such order. */
  @Column({ name: 'order_number', type: 'text' })
  orderNumber!: string;

  @ForeignKey('TopupOrder', { name: 'payment_events_order_fkey' })
  @Column({ name: 'order_id', type: 'uuid', nullable: true })
  orderId!: string | null;

  @Column({ name: 'invoice_id', type: 'text' })
  invoiceId!: string;

  /** Rupiah: the sum that the notice names, or the part that an exception is about; null without one. */
  @Column({ type: 'bigint', nullable: true, transformer: bigintColumn })
  amount!: bigint | null;

  @Column({ type: 'text' })
  currency!: string;

  /** Rupiah that a notice of any type names as given back; null without one. */
  @Column({ type: 'bigint', nullable: true, transformer: bigintColumn })
  refunded!: bigint | null;

  @Column({ name: 'paid_at', type: 'timestamptz', precision: 3, nullable: true })
  paidAt!: Date | null;

  @Column({ name: 'payment_method', type: 'text', nullable: true })
  paymentMethod!: string | null;

  @Column({ type: 'text' })
  outcome!: PaymentOutcome;

  @Column({ name: 'received_at', type: 'timestamptz', precision: 3 })
  receivedAt!: Date;

  /** A sentence for operators. */
  @Column({ type: 'text', nullable: true })
  detail!: string | null;
}
