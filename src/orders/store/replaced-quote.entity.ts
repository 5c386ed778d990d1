import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/**
 * A quote of a draft that a later one replaced, with other prices or a longer time: the order's row and its lines, as they were. Written
 * once, and goes with a deleted draft.
 */
@Entity('replaced_quotes')
@Check('replaced_quotes_quote_check', `quote > 0`)
export class ReplacedQuote {
  @ForeignKey('TopupOrder', { name: 'replaced_quotes_order_fkey', onDelete: 'CASCADE' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'replaced_quotes_pkey' })
  orderId!: string;

  /** Counts the quotes of the order from 1. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'replaced_quotes_pkey' })
  quote!: number;

  @Column({ name: 'order_row', type: 'jsonb' })
  orderRow!: object;

  @Column({ type: 'jsonb' })
  lines!: object;

  /** The time of the next quote. */
  @Column({ name: 'replaced_at', type: 'timestamptz', precision: 3 })
  replacedAt!: Date;
}
