import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { MailKind } from '../templates/index.ts';

/** A mail that the mail server accepted, so that a retry skips it. A hash of the recipient suffices for that. */
@Entity('order_mail_deliveries')
export class OrderMailDelivery {
  @ForeignKey('TopupOrder', { name: 'order_mail_deliveries_order_fkey' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'order_mail_deliveries_pkey' })
  orderId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'order_mail_deliveries_pkey' })
  kind!: MailKind;

  @PrimaryColumn({ name: 'recipient_hash', type: 'text', primaryKeyConstraintName: 'order_mail_deliveries_pkey' })
  recipientHash!: string;

  /** The number of the last sending: 1 for the order's own mail; each resend by an operator has the next number. */
  @Column({ type: 'integer', default: 1 })
  sending!: number;

  @Column({ name: 'sent_at', type: 'timestamptz', precision: 3 })
  sentAt!: Date;
}
