import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { MailKind } from '../../orders/index.ts';

/** A mail that the mail server took: it is not sent again. The recipient is kept as a hash, which is all that needs. */
@Entity('order_mail_deliveries')
export class OrderMailDelivery {
  @ForeignKey('TopupOrder', { name: 'order_mail_deliveries_order_fkey' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'order_mail_deliveries_pkey' })
  orderId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'order_mail_deliveries_pkey' })
  kind!: MailKind;

  @PrimaryColumn({ name: 'recipient_hash', type: 'text', primaryKeyConstraintName: 'order_mail_deliveries_pkey' })
  recipientHash!: string;

  /** The last that was sent. 1: by itself. 2 and more: because an operator asked for it again. */
  @Column({ type: 'integer', default: 1 })
  sending!: number;

  @Column({ name: 'sent_at', type: 'timestamptz', precision: 3 })
  sentAt!: Date;
}
