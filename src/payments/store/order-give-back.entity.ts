import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { Rupiah } from '../../kernel/money.ts';
import { bigintColumn } from '../../platform/database/columns.ts';

/**
 * Money that an operator gave back by hand: how much, when, and under which reference. The provider may show the same money among the
 * steps of the received sum. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE. The reference dedupes a repeat.
 */
@Entity('order_give_backs')
@Unique('order_give_backs_reference_key', ['orderId', 'reference'])
@Check('order_give_backs_channel_check', `channel in ('PROVIDER', 'TRANSFER')`)
@Check('order_give_backs_amount_check', `amount is null or amount > 0`)
@Check('order_give_backs_currency_check', `(amount is null) = (original_currency <> 'IDR')`)
export class OrderGiveBack {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'order_give_backs_pkey' })
  id!: string;

  @ForeignKey('TopupOrder', { name: 'order_give_backs_order_fkey' })
  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  /** At the provider, which may show it, or by a bank transfer, which it never shows. */
  @Column({ type: 'text' })
  channel!: 'PROVIDER' | 'TRANSFER';

  /** Rupiah; null in another currency. */
  @Column({ type: 'bigint', nullable: true, transformer: bigintColumn })
  amount!: Rupiah | null;

  /** Decimal text. */
  @Column({ name: 'original_amount', type: 'text' })
  originalAmount!: string;

  @Column({ name: 'original_currency', type: 'text' })
  originalCurrency!: string;

  /** The bank's or the provider's. */
  @Column({ type: 'text' })
  reference!: string;

  /** The day on which it was given back, in Jakarta. */
  @Column({ name: 'given_on', type: 'date' })
  givenOn!: string;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ name: 'recorded_at', type: 'timestamptz', precision: 3 })
  recordedAt!: Date;
}
