import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { MailKind } from '../templates/index.ts';

/**
 * SUPPRESSED: the mail server refuses the address for good. GIVEN_UP: it deferred the mail for a day. NO_CONTACT: the organization
 * has no contact that can be read.
 */
export const UNSENT_STATUSES = ['SUPPRESSED', 'GIVEN_UP', 'NO_CONTACT'] as const;
export type UnsentStatus = (typeof UNSENT_STATUSES)[number];

/** A mail that nobody tries any more. The row goes when the mail is sent after all, or overtaken by the order. */
@Entity('unsent_order_mails')
@Check('unsent_order_mails_status_check', `status in ('SUPPRESSED', 'GIVEN_UP', 'NO_CONTACT')`)
@Index('unsent_order_mails_noted_idx', ['notedAt'])
export class UnsentOrderMail {
  @ForeignKey('TopupOrder', { name: 'unsent_order_mails_order_fkey' })
  @PrimaryColumn({ name: 'order_id', type: 'uuid', primaryKeyConstraintName: 'unsent_order_mails_pkey' })
  orderId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'unsent_order_mails_pkey' })
  kind!: MailKind;

  /** Empty for NO_CONTACT. */
  @PrimaryColumn({ name: 'recipient_hash', type: 'text', primaryKeyConstraintName: 'unsent_order_mails_pkey' })
  recipientHash!: string;

  @Column({ name: 'organization_id', type: 'text' })
  organizationId!: string;

  /** Enough of the address to find the contact in hub-core: s***@example.test. */
  @Column({ type: 'text' })
  hint!: string;

  @Column({ type: 'integer' })
  sending!: number;

  @Column({ type: 'text' })
  status!: UnsentStatus;

  /** The mail server's answer, without its text. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ name: 'noted_at', type: 'timestamptz', precision: 3 })
  notedAt!: Date;
}
