import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * A package code under which an operator had a line booked, because Moderator refuses the code that was frozen with the
 * order. The newest correction of a line counts. Append-only: a trigger refuses UPDATE, DELETE and TRUNCATE.
 */
@Entity('booking_corrections')
@Index('booking_corrections_order_idx', ['orderId', 'id'])
@Check('booking_corrections_code_check', `length(package_code) between 1 and 100`)
export class BookingCorrection {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'booking_corrections_pkey',
  })
  id!: string;

  @ForeignKey('TopupOrder', { name: 'booking_corrections_order_fkey' })
  @Column({ name: 'order_id', type: 'uuid' })
  orderId!: string;

  @ForeignKey('TopupOrderLine', { name: 'booking_corrections_line_fkey' })
  @Column({ name: 'order_line_id', type: 'uuid' })
  orderLineId!: string;

  @Column({ name: 'package_code', type: 'text' })
  packageCode!: string;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'timestamptz', precision: 3 })
  at!: Date;
}
