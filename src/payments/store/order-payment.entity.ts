import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Rupiah } from '../../kernel/money.ts';
import { bigintColumn } from '../../platform/database/columns.ts';

/**
 * One change of the sum that was received for an order: a rise, or money that was given back. Their sum is what was
 * received (domain.md 8.1). Written by an exact notice or by the provider's answer, never by a hint. Append-only: a
 * trigger refuses UPDATE, DELETE and TRUNCATE.
 */
@Entity('order_payments')
@Index('order_payments_order_idx', ['orderId'])
@Index('order_payments_received_idx', ['receivedAt', 'orderId'])
@Index('order_payments_step_key', ['provider', 'invoiceId', 'stepNumber'], { unique: true })
@Check('order_payments_kind_check', `kind in ('PAYMENT', 'REFUND')`)
@Check('order_payments_amount_check', `amount is null or (amount <> 0 and (kind = 'REFUND') = (amount < 0))`)
@Check('order_payments_currency_check', `(amount is null) = (original_currency <> 'IDR')`)
export class OrderPayment {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'order_payments_pkey' })
  id!: string;

  @ForeignKey('TopupOrder', { name: 'order_payments_order_fkey' })
  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  @Column({ type: 'text' })
  kind!: 'PAYMENT' | 'REFUND';

  @Column({ type: 'text' })
  provider!: string;

  @Column({ name: 'invoice_id', type: 'text' })
  invoiceId!: string;

  /**
   * Counts the steps of one invoice from 1. Unique over all orders, so money of one invoice counts for one order, also if two
   * settle at the same moment. null in rows from before it, and of settlements by a version that entered no payments.
   */
  @Column({ name: 'step_number', type: 'integer', nullable: true })
  stepNumber!: number | null;

  /** Rupiah; below zero if they were given back, null in another currency. */
  @Column({ type: 'bigint', nullable: true, transformer: bigintColumn })
  amount!: Rupiah | null;

  /** Decimal text without a sign. */
  @Column({ name: 'original_amount', type: 'text' })
  originalAmount!: string;

  @Column({ name: 'original_currency', type: 'text' })
  originalCurrency!: string;

  @Column({ type: 'text', nullable: true })
  method!: string | null;

  /** The provider's time if it lies in the order's life, else that of our receipt. */
  @Column({ name: 'received_at', type: 'timestamptz', precision: 3 })
  receivedAt!: Date;

  @Column({ name: 'recorded_at', type: 'timestamptz', precision: 3 })
  recordedAt!: Date;
}
